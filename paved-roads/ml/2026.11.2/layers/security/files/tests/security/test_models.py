"""Model files are judged by their bytes: what could run code is found under any name."""

import gzip
import io
import json
import pickle
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from security.checks import canary, model_files, provenance
from security.checks.model_formats import look
from security.checks.pickles import is_pickle
from security.checks.report import CouldNotCheck


def rules(name: str, data: bytes) -> set[str]:
    return {fault.rule for fault in look(io.BytesIO(data), name, len(data)).faults}


def packed(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return stream.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def safetensors(header: object, body: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def array(description: str) -> bytes:
    header = f"{{'descr': '{description}', 'fortran_order': False, 'shape': (1,), }}".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(8)


EVIL = canary.malicious_pickle()
TENSOR = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
LAMBDA = json.dumps({"config": {"layers": [{"class_name": "Lambda"}]}}).encode()
FOREIGN = json.dumps({"__module__": "os", "__class__": "system"}).encode()

PLANTED = {
    "model.pkl": (EVIL, "pickle"),
    "notes.txt": (EVIL, "pickle"),
    "model.safetensors": (EVIL, "pickle"),
    "model.pt": (packed(archive__data__pkl=EVIL), "pickle"),
    "inner.zip": (packed(a__zip=packed(b__bin=EVIL)), "pickle"),
    "model.joblib.gz": (gzip.compress(EVIL), "pickle"),
    "model.nemo": (tarred("weights.ckpt", EVIL), "pickle"),
    "outside.tar": (tarred("../outside", b"x"), "archive-path"),
    "closed.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(64), "unscannable"),
    "cut.zip": (packed(a__txt=b"x" * 500)[:60] + packed(a__txt=b"y")[-22:], "unscannable"),
    "objects.npy": (array("|O"), "object-array"),
    "objects.npz": (packed(a__npy=array("|O")), "object-array"),
    "old.h5": (b"\x89HDF\r\n\x1a\n" + bytes(64), "legacy-hdf5"),
    "saved_model.pb": (b"\x08\x01", "saved-model"),
    "layer.keras": (packed(config__json=LAMBDA), "keras-lambda"),
    "types.skops": (packed(schema__json=FOREIGN), "skops-type"),
    "gap.safetensors": (safetensors({"a": TENSOR}, bytes(16)), "safetensors"),
    "long.safetensors": (struct.pack("<Q", 2**40) + b"{}", "safetensors"),
    "empty.ckpt": (b"\xff\xfe\xfd", "unsafe-suffix"),
}

CLEAN = {
    "ok.safetensors": safetensors({"a": TENSOR}, bytes(8)),
    "ok.npy": array("<f8"),
    "ok.npz": packed(a__npy=array("<f4")),
    "ok.skops": packed(
        schema__json=json.dumps(
            {"__module__": "sklearn.linear_model", "__class__": "LogisticRegression"}
        ).encode()
    ),
    "code.py": b"class A:\n    pass\n",
    "words.txt": b"import os\nsystem (R.\n",
    "image.png": b"\x89PNG\r\n\x1a\n" + bytes(64),
}


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_file_that_could_run_code_is_found(name: str) -> None:
    data, rule = PLANTED[name]
    assert rule in rules(name, data)


@pytest.mark.parametrize("name", sorted(CLEAN))
def test_a_file_that_holds_data_alone_passes(name: str) -> None:
    assert rules(name, CLEAN[name]) == set()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_of_every_protocol_are_recognised(protocol: int) -> None:
    for value in ({"a": [1, 2.5, "x", None, True]}, print, ValueError("x"), {1, 2}):
        assert is_pickle(pickle.dumps(value, protocol), complete=True)
    broken = pickle.dumps(ValueError("x"), protocol)[:-1] + b"\xff"
    assert is_pickle(broken, complete=True)


def test_the_check_proves_itself(tmp_path: Path) -> None:
    canary.models(tmp_path)
    model_files.prove(tmp_path)
    (tmp_path / "planted.txt").write_text("harmless", encoding="utf-8")
    with pytest.raises(CouldNotCheck):
        model_files.prove(tmp_path)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one recorded model and its data."""
    (tmp_path / "artifacts").mkdir()
    (tmp_path / "locks").mkdir()
    (tmp_path / "binaries").mkdir()
    (tmp_path / "data.csv").write_text("1\n", encoding="utf-8")
    model = tmp_path / "artifacts/model.safetensors"
    model.write_bytes(CLEAN["ok.safetensors"])
    data = provenance.digest(tmp_path / "data.csv")
    (tmp_path / "datasets.toml").write_text(
        f'[[dataset]]\nname = "rows"\npath = "data.csv"\nsha256 = "{data}"\n', encoding="utf-8"
    )
    (tmp_path / "models.toml").write_text(
        '[[model]]\nname = "demo"\nversion = "1"\nartifact = "artifacts/model.safetensors"\n'
        f'sha256 = "{provenance.digest(model)}"\ndata_sources = ["rows {data}"]\n',
        encoding="utf-8",
    )
    for name in (*provenance.LOCKS, provenance.SBOM):
        (tmp_path / name).write_text("{}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def judged(project: Path) -> set[str]:
    paths = [path.relative_to(project) for path in project.glob("artifacts/*")]
    findings, _ = model_files.check_files(paths, project / "binaries")
    return {finding.rule for finding in findings}


def test_a_recorded_model_passes_and_traces_to_its_data(project: Path) -> None:
    assert judged(project) == set()
    findings, subjects, materials = provenance.trace(project)
    assert findings == []
    assert [subject["name"] for subject in subjects][1:] == ["artifacts/model.safetensors"]
    assert materials[-1]["name"] == "data.csv"


def test_an_unrecorded_model_is_found(project: Path) -> None:
    (project / "artifacts/other.safetensors").write_bytes(CLEAN["ok.safetensors"])
    assert judged(project) == {"not-in-inventory"}


def test_an_unknown_binary_artifact_is_found(project: Path) -> None:
    (project / "artifacts/model.dat").write_bytes(b"\xff\x00\xfe" * 9)
    assert judged(project) == {"unknown-artifact"}


def test_a_changed_model_is_found_by_both_stages(project: Path) -> None:
    (project / "artifacts/model.safetensors").write_bytes(safetensors({"a": TENSOR}, b"\1" * 8))
    assert judged(project) == {"model-changed"}
    findings, _, _ = provenance.trace(project)
    assert {finding.rule for finding in findings} == {"model-changed"}


def test_changed_data_is_found(project: Path) -> None:
    (project / "data.csv").write_text("2\n", encoding="utf-8")
    findings, _, _ = provenance.trace(project)
    assert {finding.rule for finding in findings} == {"data-changed"}


def test_a_model_of_unknown_or_other_data_is_found(project: Path) -> None:
    inventory = project / "models.toml"
    text = inventory.read_text(encoding="utf-8")
    inventory.write_text(text.replace("rows sha256:", "rows sha256:0"), encoding="utf-8")
    assert {finding.rule for finding in provenance.trace(project)[0]} == {"stale-model"}
    inventory.write_text(text.replace('"rows ', '"lines '), encoding="utf-8")
    assert {finding.rule for finding in provenance.trace(project)[0]} == {"unknown-data"}


def stated(project: Path, *extra: str) -> tuple[int, Path]:
    """The exit code of the provenance check and the statement that it may have written."""
    output = project / "artifacts/provenance.json"
    command = ["--commit", "0a" * 20, "--tree", "", "--output", str(output), *extra]
    code = "import sys; from security.checks import provenance; sys.exit(provenance.main())"
    root = str(Path(__file__).parents[2])
    result = subprocess.run(
        [sys.executable, "-c", code, *command], env={"PYTHONPATH": root}, cwd=project, check=False
    )
    return result.returncode, output


def test_a_recorded_model_that_is_not_here_is_not_passed_over(project: Path) -> None:
    assert stated(project)[0] == 0
    (project / "artifacts/model.safetensors").unlink()
    assert model_files.missing_models(Path("models.toml")) == ["artifacts/model.safetensors"]
    code, output = stated(project)
    assert (code, output.exists()) == (3, False)


def test_before_the_first_training_the_outcome_says_so(project: Path) -> None:
    (project / "artifacts/model.safetensors").unlink()
    (project / "models.toml").write_text("schema = 1\n", encoding="utf-8")
    assert stated(project, "--remark", "remark")[0] == 0
    assert "no model is recorded yet" in (project / "remark").read_text(encoding="utf-8")


def test_a_statement_does_not_outlive_a_failing_run(project: Path) -> None:
    code, output = stated(project)
    assert (code, output.exists()) == (0, True)
    (project / "data.csv").write_text("2\n", encoding="utf-8")
    code, output = stated(project)
    assert (code, output.exists()) == (1, False)


def test_a_release_states_its_packages_and_no_training(project: Path) -> None:
    (project / "dist").mkdir()
    for name in ("demo-1.whl", "demo-1.tar.gz"):
        (project / "dist" / name).write_bytes(name.encode())
    code, output = stated(project, "--subject", "dist/demo-1.whl", "dist/demo-1.tar.gz")
    statement = json.loads(output.read_text(encoding="utf-8"))
    names = [subject["name"] for subject in statement["subject"]]
    assert (code, names) == (0, ["demo-1.whl", "demo-1.tar.gz", provenance.SBOM])
    assert provenance.TRAIN not in json.dumps(statement)
    assert provenance.PACK in json.dumps(statement)
    assert stated(project, "--subject", "dist/none.whl") == (3, output)
    assert not output.exists()


@pytest.mark.skipif(
    not (Path(__file__).parents[2] / ".venv-security").exists(),
    reason="the stage needs the scanners of the security lock: run `make setup`",
)
def test_the_stage_looks_at_files_that_git_ignores(project: Path) -> None:
    root = Path(__file__).parents[2]
    shutil.copytree(root / "security", project / "security")
    (project / ".venv-security").symlink_to(root / ".venv-security")
    (project / ".gitignore").write_text("*.pkl\n/artifacts/\n/.venv-*\n", encoding="utf-8")
    (project / "foo.pkl").write_bytes(EVIL)
    subprocess.run(["git", "init", "--quiet", "."], cwd=project, check=True)
    result = subprocess.run(
        ["bash", "security/stages/models.sh"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stdout + result.stderr
    assert "foo.pkl: " in result.stdout
