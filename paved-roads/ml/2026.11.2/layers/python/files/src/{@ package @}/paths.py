"""Where things are: the project folder, and paths that must not leave it."""

from pathlib import Path

from .errors import ProjectError

MARKER = "datasets.toml"


class ProjectNotFound(ProjectError, FileNotFoundError):
    """No project folder above the working directory."""


class PathOutsideProject(ProjectError, ValueError):
    """A path that would leave the project folder."""


def project_root() -> Path:
    """Returns the nearest folder at or above the working directory that holds `datasets.toml`.

    Raises:
        ProjectNotFound: when there is none.
    """
    start = Path.cwd()
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            return folder
    raise ProjectNotFound(
        "This is not inside a project.",
        where=str(start),
        why=f"no `{MARKER}` here or in a folder above, so data and models cannot be found",
        fix="change to the project folder and run the command again",
    )


def inside(root: Path, relative: str | Path) -> Path:
    """Returns `root / relative` with every link followed.

    Raises:
        PathOutsideProject: when the path is absolute or ends outside `root`, also through a link.
    """
    base = root.resolve()
    target = (base / relative).resolve()
    if Path(relative).is_absolute() or not target.is_relative_to(base):
        raise PathOutsideProject(
            f"`{relative}` leaves the project.",
            where=str(base),
            why="files are read and written inside the project folder only",
            fix="give a path relative to the project folder, without `..` or links that lead out",
        )
    return target
