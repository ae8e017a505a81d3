"""Planted faults: each stage gives its tool one, in the same run and with the same settings.

A tool that does not report it is weakened, broken or asleep, and its clean result means nothing.
The faults are put together here at run time, so no file of this project holds one. Each carries the
remarks by which people silence the tool, which the stages must not obey.
"""

import argparse
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

QUIET = "# no" + "sec # no" + "qa # pragma: allow" + "list secret"


def secrets(folder: Path) -> None:
    """A key id of a cloud provider in a Python file."""
    key = "AKIA" + "Q7RZ2LKX" + "4WMT6PVB"
    (folder / "planted.py").write_text(f'KEY_ID = "{key}"  {QUIET}\n', encoding="utf-8")


def code(folder: Path) -> None:
    """A shell command from a parameter, an unsafe load, and a model load that runs code."""
    lines = [
        "import " + "subprocess",
        "import " + "torch",
        "def planted(path):",
        "    " + "subprocess" + f".call('cat ' + path, shell=True)  {QUIET}",
        "    return " + "ev" + f"al(path), torch.load(path, weights_only=False)  {QUIET}",
    ]
    (folder / "planted.py").write_text("\n".join(lines) + "\n", encoding="utf-8")


def malicious_pickle() -> bytes:
    """A pickle that would print one word through the shell of whoever loads it."""
    call = b"c" + b"os\n" + b"system\n"
    return call + b"(S'echo planted'\n" + b"tR."


def models(folder: Path) -> None:
    """The pickle under its own name, under an innocent one, and inside a zip."""
    (folder / "planted.pkl").write_bytes(malicious_pickle())
    (folder / "planted.txt").write_bytes(malicious_pickle())
    with zipfile.ZipFile(folder / "planted.zip", "w") as archive:
        archive.writestr("weights/data.bin", malicious_pickle())


def container(folder: Path) -> None:
    """A Dockerfile with a movable base, root, and a script from the network."""
    lines = [
        "# hadolint global " + "ignore=DL3007,DL3002,DL4006",
        "FROM python:latest",
        "# hadolint " + "ignore=DL4006",
        "RUN curl http://example.com/install.sh | sh",
        "USER root",
        "CMD python app.py",
    ]
    (folder / "Dockerfile").write_text("\n".join(lines) + "\n", encoding="utf-8")


def workflows(folder: Path) -> None:
    """A GitHub workflow that runs a stranger's title, and two files that break their schemas."""
    place = folder / ".github" / "workflows"
    place.mkdir(parents=True)
    title = "${{ github.event.pull_request.title }}"
    lines = [
        "name: planted",
        "on: pull_request_" + "target # zizmor: " + "ignore[dangerous-triggers]",
        "jobs:",
        "  planted:",
        "    runs-on: ubuntu-24.04",
        "    steps:",
        "      - uses: actions/checkout@v4 # zizmor: " + "ignore[unpinned-uses]",
        f'      - run: echo "{title}"',
    ]
    (place / "planted.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "schema.yml").write_text("on: push\njobs:\n  x:\n    timeout: 5\n", encoding="utf-8")
    (folder / "gitlab.yml").write_text("job:\n  script: 5\n  retry: 9\n", encoding="utf-8")


KINDS: dict[str, Callable[[Path], None]] = {
    "secrets": secrets,
    "code": code,
    "models": models,
    "container": container,
    "workflows": workflows,
}


def main() -> int:
    """Writes the planted faults of one kind into a folder that does not exist yet."""
    parser = argparse.ArgumentParser(
        prog="canary", description="Plant faults for the tools to find."
    )
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True)
    KINDS[arguments.kind](arguments.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
