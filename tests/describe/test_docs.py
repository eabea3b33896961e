"""The documents say what is: generated tables, commands, links, and the worked example."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sim.analysis.wording import hundred
from sim.claims.ledger import read
from sim.describe import odd
from sim.errors import UserError
from sim.registry.parameters import PARAMETERS
from sim.results.calibration import Calibration

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "docs" / "ODD.md", ROOT / "docs" / "inference.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", document.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def anchors(document: Path) -> set[str]:
    """Return the anchors that headings get: lower case, no punctuation, spaces to hyphens."""
    headings = re.findall(r"^#+ (.*)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", GENERATED, ids=lambda path: path.name)
def test_generated_tables_are_current(document: Path):
    text = document.read_text("utf-8")
    assert odd.render(text) == text, "out of date: make docs"


def test_documents_use_every_generated_part_once():
    found = [name for path in GENERATED for name in re.findall(r"<!-- generated: (\w+) -->", path.read_text("utf-8"))]
    assert sorted(found) == sorted(odd.TABLES)


def test_generated_tables_hold_every_entry_and_no_broken_row():
    for name, make in odd.TABLES.items():
        table = make()
        rows = [line for line in table.splitlines() if line.startswith("|")]
        if name != "submodels":
            assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1, name
    text = odd.TABLES["parameters"]()
    assert all(f"| `{p.name}` | {p.symbol} |" in text for p in PARAMETERS.values())


def test_submodels_describe_every_public_function_of_the_mechanisms():
    text = odd.TABLES["submodels"]()
    for file in odd.MECHANISM_FILES.glob("[!_]*.py"):
        for function in re.findall(r"^def ([a-z]\w+)\(", file.read_text("utf-8"), re.MULTILINE):
            assert re.search(rf"\*\*{function}\*\* \([^)]*\)\n\n\S", text), f"{file.name}: {function} has no docstring"


def test_an_unknown_block_is_refused_by_name():
    with pytest.raises(UserError, match="tabels"):
        odd.render("<!-- generated: tabels -->\n<!-- end -->")


def test_render_replaces_only_what_is_between_the_marks():
    before = "before\n<!-- generated: points -->\nstale\n<!-- end -->\nafter"
    after = odd.render(before)
    assert after.startswith("before\n") and after.endswith("\nafter")
    assert "stale" not in after and "`incident`" in after
    assert odd.render(after) == after


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_internal_links_resolve(document: Path):
    for target in re.findall(r"\]\((?!https?://)([^)\s]+)\)", document.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), f"{document.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{document.name}: {target}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_make_targets_in_documents_exist(document: Path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    shell = "\n".join(blocks(document, "sh"))
    named = set(re.findall(r"`make ([a-z-]+)", document.read_text("utf-8")))
    named |= set(re.findall(r"^make ([a-z-]+)", shell, re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_commands_in_documents_are_understood(document: Path):
    from sim.doors.cli import cli

    assert set(re.findall(r"`skloki ([a-z]+)", document.read_text("utf-8"))) <= set(cli.commands)
    for line in "\n".join(blocks(document, "sh")).splitlines():
        if not line.startswith("skloki "):
            continue
        verb, *arguments = shlex.split(line, comments=True)[1:]
        assert verb in cli.commands, line
        cli.commands[verb].make_context(verb, arguments, obj=cli.make_context("skloki", ["list", "scenarios"]).obj)


def test_paths_in_contributing_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for path in re.findall(r"`((?:tests|sim|scenarios|docs)/[\w./-]*)`", text):
        file = ROOT / ("src/" + path if path.startswith("sim/") else path)
        assert file.exists() or file.with_suffix(".py").exists(), path


def test_the_readme_example_runs(here: Path, capsys: pytest.CaptureFixture[str]):
    (example,) = blocks(ROOT / "README.md", "python")
    exec(example, {"__name__": "__main__"})
    printed = capsys.readouterr().out
    assert "agrarian" in printed and "wear" in printed
    assert (here / "guberniias-only" / "manifest.json").exists()


def test_the_readme_scenario_is_valid(tmp_path: Path):
    from sim.scenario.load import load

    (text,) = blocks(ROOT / "README.md", "toml")
    file = tmp_path / "my.toml"
    file.write_text(text, encoding="utf-8")
    loaded = load(str(file))
    assert loaded.scenario.policy.changes["resolution"].rule == "election"


def test_the_readme_says_first_what_the_stored_calibration_says() -> None:
    found = Calibration.open(ROOT / "results" / "calibration" / "record")
    rows = found.effects()
    (row,) = rows[(rows["option"] == "election") & (rows["outcome"] == "performance")
                  & (rows["scope"] == "nation")].to_dict("records")  # fmt: skip
    better, enough, worse = (hundred(row[name]) for name in ("given_better", "given_ahead", "given_behind"))
    said = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert f"agree with {len(found.manifest['targets'])} recorded figures" in said
    assert f"happened in {better}, but by enough to matter in only {enough}, and worse by enough in {worse}:" in said
    small = [hundred(read(ROOT / "results" / "claims").claim(name).estimands[0]["populations"]["calibrated"]["within"])
             for name in ("22a", "22b")]  # fmt: skip
    assert f"the difference is too small to count in {small[0]} and {small[1]} of 100." in said
    assert row["reading"] not in ("better", "worse")  # "neither confirm nor refute"
    first = found.answer[0] if found.answer else ""
    assert first.startswith("The recorded figures do not decide")
