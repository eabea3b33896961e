"""The shipped notebook: its cells run one after another, and their last values show themselves."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pandas as pd

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"


def test_every_cell_runs_and_shows_itself(capsys):
    book = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    scope: dict[str, Any] = {}
    shown = [value for cell in book["cells"] if cell["cell_type"] == "code" for value in run(cell, scope)]
    pictures = [value for value in shown if hasattr(value, "_repr_html_") and "base64" in value._repr_html_()]
    assert len(pictures) == 2
    assert any(isinstance(value, list) and "conflict" in value[0] for value in shown)
    assert all(len(value) for value in shown if isinstance(value, pd.DataFrame | pd.Series))
    assert "r_ff" in capsys.readouterr().out, "a wrong name is said"
    assert not any(cell.get("outputs") for cell in book["cells"]), "outputs are made by whoever runs it"


def run(cell: dict[str, Any], scope: dict[str, Any]) -> list[Any]:
    """Run a cell as a notebook does, and return the value of its last line, if it is one."""
    tree = ast.parse("".join(cell["source"]))
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), scope)
    return [] if last is None else [eval(compile(ast.Expression(last.value), "cell", "eval"), scope)]
