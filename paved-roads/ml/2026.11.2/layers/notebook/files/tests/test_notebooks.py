import json
import runpy
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").rglob("*.ipynb"))


def cells(notebook: Path, kind: str) -> list[dict[str, Any]]:
    document = json.loads(notebook.read_text(encoding="utf-8"))
    return [cell for cell in document["cells"] if cell["cell_type"] == kind]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_committed_without_output(notebook: Path) -> None:
    for cell in cells(notebook, "code"):
        assert cell["outputs"] == [], f"cell {cell['id']} has output: run nbstripout on the file"
        assert cell["execution_count"] is None


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_from_top_to_bottom(notebook: Path, project: Path) -> None:
    script = project / notebook.with_suffix(".py").name
    script.write_text("\n".join("".join(cell["source"]) for cell in cells(notebook, "code")))
    runpy.run_path(str(script))
