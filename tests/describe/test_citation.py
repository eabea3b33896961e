"""What is cited is what there is: CITATION.cff is valid, and codemeta.json, references and crates follow from it."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import check_jsonschema
import pytest
from click.testing import CliRunner, Result

from sim.describe import citation, crate
from sim.describe.made_again import command
from sim.doors import cli
from sim.errors import UserError
from sim.scenario.load import load
from tests.small import SMALL

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
STORED = ["run", "run-2", "comparison-2", "trace-2", "sweep-pair", "calibration"]
CRATES = crate.kept(ROOT / "results")


def valid(file: Path) -> Result:
    asked = ["--builtin-schema", "vendor.citation-file-format", "--default-filetype", "yaml", str(file)]
    return CliRunner().invoke(check_jsonschema.main, asked)


def test_citation_file_is_valid_by_the_official_schema():
    done = valid(ROOT / "CITATION.cff")
    assert done.exit_code == 0, done.output


def test_a_type_that_the_schema_does_not_know_is_refused(tmp_path: Path):
    file = tmp_path / "CITATION.cff"
    file.write_text((ROOT / "CITATION.cff").read_text("utf-8").replace("type: data\n", "type: dataset\n"), "utf-8")
    done = valid(file)
    assert done.exit_code == 1 and "dataset" in done.output


def test_citation_file_is_in_the_wheel_and_of_this_version():
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included["CITATION.cff"] == "sim/CITATION.cff"
    said, project = citation.declared(), PROJECT["project"]
    assert said["version"] == project["version"]
    assert said["license"] == project["license"].split(" AND ")[0]
    assert [author["name"] for author in said["authors"]] == [author["name"] for author in project["authors"]]


def test_codemeta_says_what_the_project_and_the_citation_say():
    said, project, cited = json.loads((ROOT / "codemeta.json").read_text("utf-8")), PROJECT["project"], citation.cite()
    for name in ("name", "version", "description", "keywords"):
        assert said[name] == project[name], name
    assert said["softwareRequirements"] == project["dependencies"], "copy pyproject's dependencies into codemeta.json"
    assert said["runtimePlatform"] == f"Python {project['requires-python']}"
    assert [author["name"] for author in said["author"]] == [author["name"] for author in project["authors"]]
    # The last is no licence of SPDX: the notice has a name.
    *licences, notice = project["license"].split(" AND ")
    assert said["license"][:-1] == [f"https://spdx.org/licenses/{name}" for name in licences]
    assert said["license"][-1]["name"] == f"{notice.removeprefix('LicenseRef-')}.md"
    assert said["alternateName"] == citation.declared()["title"]
    assert said["datePublished"] == str(citation.declared()["date-released"])
    article = next(work.record for work in cited if work.what == "article")
    publication = said["referencePublication"]
    assert (publication["name"], publication["identifier"]) == (article["title"], f"https://doi.org/{article['DOI']}")


def test_what_the_notice_wants_cited_is_cited():
    notice = (ROOT / "NOTICE-DATA.md").read_text("utf-8").split("## Citation")[1]
    titles = re.findall(r"^- .*?\*(.+?)\*", notice, re.MULTILINE)
    cited = [work.record["title"] for work in citation.cite() if work.what == "data"]
    assert len(titles) == len(cited) == 4
    assert all(any(title in one for one in cited) for title in titles)


def test_every_kind_of_folder_is_cited_by_manifest_and_command():
    for name in STORED:
        folder = ROOT / "tests" / "stored" / name
        *works, result = citation.cite(folder)
        digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
        assert {work.what for work in works} == {"software", "article", "data", "source"}
        assert result.what == "result" and digest in result.record["note"]
        program, verb, *_ = shlex.split(result.details[-1].removeprefix("made again by: "))
        assert program == "skloki" and verb in cli.cli.commands, name


@pytest.mark.parametrize("folder", [Path("run-2"), Path("comparison-2"), Path("trace-2")], ids=str)
def test_the_command_is_one_that_the_program_takes(folder: Path):
    result = citation.stored(ROOT / "tests" / "stored" / folder)
    _, verb, *arguments = shlex.split(result.details[-1].removeprefix("made again by: "))
    # Parsed, and not carried out.
    cli.cli.commands[verb].make_context(verb, arguments)


def test_command_holds_what_was_set_and_drawn():
    manifest = {
        "name": "mine", "seed": 7, "replicates": 3,
        "layers": {"parameters.g_y": "--set", "period.start": "mine.toml:3"},
        "scenario": {"parameters": {"g_y": 0.5}}, "draws": {"ensemble": {"name": "record"}},
    }  # fmt: skip
    asked = "skloki run mine.toml --set parameters.g_y=0.5 --seed 7 --replicates 3 --ensemble record"
    assert command(manifest, "run") == asked
    assert command({"name": "openness-first-20"}, "sweep") == "skloki sweep openness --points 20"
    over = {"name": "openness-record-first-20", "experiment": {"ensemble": {"name": "record"}}}
    assert command(over, "sweep") == "skloki sweep openness --ensemble record --points 20"


SETS = ['policy.changes."a.b".date=1921-03', 'policy.changes."a.b".rule=election', "transfers=false", "run.seed=4",
        'policy.changes."a.b".classes=["agrarian", "industrial"]', 'title="5"', "policy.changes.c.date=1921-05",
        "policy.changes.c.rule=appointment", "policy.changes.c.enabled=false"]  # fmt: skip


def asked_again(folder: Path) -> list[str]:
    program, *arguments = shlex.split(citation.stored(folder).details[-1].removeprefix("made again by: "))
    assert program == "skloki"
    return arguments


@pytest.mark.parametrize("asked", [
    ["run", "mine.toml", "--replicates", "2"],
    ["compare", "mine.toml", "other.toml", "--replicates", "2", "--smallest", "0.03", "--smallest", "conflict=0.2",
     "--outcome", "conflict", "--outcome", "performance", "--horizon", "1921-12"],
    ["compare", "mine.toml", "other.toml", "--replicates", "30", "--precision", "0.5", "--for", "conflict"],
    ["compare", "other.toml", "mine.toml", "--draws", "2"],
], ids=["run", "compare", "precision", "draws"])  # fmt: skip
def test_a_folder_that_is_made_again_has_the_same_tables(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(SMALL)
    Path("other.toml").write_text('extends = "mine.toml"\ntitle = "Other"\nparameters.g_y = 0.3\n')
    sets = [part for item in SETS for part in ("--set", item)]
    assert cli.call([*asked, *sets, "--quiet", "--figures", "none", "--out", "one"]) == 0
    assert cli.call([*asked_again(Path("one")), "--quiet", "--figures", "none", "--out", "two"]) == 0
    one, two = (json.loads((tmp_path / name / "manifest.json").read_text("utf-8")) for name in ("one", "two"))
    told = ("files", "shown", "smallest", "precision", "pairs", "scenario")
    assert [one.get(name) for name in told] == [two.get(name) for name in told]
    both = zip(one.get("worlds", ()), two.get("worlds", ()), strict=True)
    assert all(before["scenario"] == after["scenario"] for before, after in both)
    assert asked_again(Path("two")) == asked_again(Path("one"))


def test_a_command_names_files_and_what_one_world_alone_takes():
    one = {"name": "mine", "title": "?", "layers": {"title": "mine.toml:2"}, "scenario": {"policy": {}}}
    two = {"name": "mine-2", "title": "?", "scenario": {"policy": {"share": 0.5}},
           "layers": {"title": "sub/other.toml:1", "policy.share": "--set"}}  # fmt: skip
    known = {"name": "historical", "title": load("historical").scenario.title, "scenario": {},
             "layers": {"title": "historical.toml:2"}}  # fmt: skip
    asked = command({"worlds": [known, one, two], "seed": 1, "replicates": 2}, "compare")
    assert asked == "skloki compare historical mine.toml other.toml --set policy.share=0.5 --seed 1 --replicates 2"
    titled = known | {"title": "T", "layers": {"title": "--set"}, "scenario": {"title": "T"}}
    twice = {"worlds": [titled, titled | {"name": "historical-2"}], "seed": 1, "replicates": 2}
    assert command(twice, "compare").startswith("skloki compare historical historical --set title=T ")
    assert command({"a": known | {"title": "Mine"}, "b": one, "seed": 1, "replicate": 0}, "trace").startswith(
        "skloki trace historical.toml mine.toml --seed"
    )


@pytest.mark.parametrize(("world", "said"), [
    ({"name": "dict-2", "layers": {"title": "dict"}}, "dict-2 came in as a dict"),
    ({"name": "sobol-run-3", "layers": {"title": "run 3"}},
     "it is run 3 of a sweep, made by skloki rerun FOLDER --run 3"),
    ({"name": "own", "scenario": {"tree": {"kind": "table"}}, "layers": {"tree.kind": "--set", "tree.places": "t.csv"}},
     "--set tree.table named a table, t.csv"),
    ({"name": "own", "scenario": {"tree": {"places": [{"name": "A"}]}}, "layers": {"tree.places": "--set"}},
     "--set gave tree.places"),
    ({"name": "other", "scenario": {"title": "?"}, "layers": {"title": "sub/mine.toml:1"}},
     "two files are called mine.toml"),
])  # fmt: skip
def test_what_no_command_tells_is_said_in_words(world: dict[str, Any], said: str):
    base = {"name": "mine", "scenario": {}, "layers": {"title": "mine.toml:1"}}
    found = command({"worlds": [base, {"scenario": {}, **world}], "seed": 1, "pairs": 2}, "compare")
    assert found == f"no command alone: {said}; manifest.json has all values"


def test_a_ledger_on_few_draws_is_cited_as_such(tmp_path: Path):
    manifest = {"format": "skloki-ledger", "format_version": 1, "title": "The ledger of claims", "digest": "a",
                "quick": True, "model": "m", "made_with": "0.2.0", "files": {}}  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    details = citation.stored(tmp_path).details
    assert details[0] == "kind: ledger on few draws: no verdict in it is to be cited"
    assert "model: m" in details and details[-1] == "made again by: skloki claims --quick"


def test_references_have_the_same_works_in_every_form():
    works = citation.cite(ROOT / "tests" / "stored" / "run")
    entries = citation.bibtex(works).split("\n\n")
    assert len(entries) == len(works) == len({work.record["id"] for work in works})
    for work, entry in zip(works, entries, strict=True):
        assert entry.startswith("@") and entry.count("{") == entry.count("}") and work.record["id"] in entry
        assert work.record["title"] in work.text and ".." not in work.text
    article = next(work for work in works if work.what == "article")
    assert article.text == (
        "Harris, James (2017). The Bolshevik Party Transformed: Stalin's Rise to Power (1917-1927). Quaestio Rossica "
        "5(3). https://doi.org/10.15826/qr.2017.3.245"
    )


def test_command_prints_three_forms(capsys: pytest.CaptureFixture[str]):
    folder = str(ROOT / "results" / "december-1923")
    assert cli.call(["cite", folder]) == 0
    text = capsys.readouterr().out
    assert "10.15826/qr.2017.3.245" in text and "made again by: skloki sweep december-1923" in text
    assert cli.call(["cite", folder, "--format", "csl-json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert records == citation.csl_json(citation.cite(folder))
    assert cli.call(["cite", "--format", "bibtex"]) == 0
    assert capsys.readouterr().out.count("\n@") + 1 == len(records) - 1


@pytest.mark.parametrize("place", ["nowhere", "results/lookfor", "README.md"])
def test_a_folder_that_is_no_result_is_refused(place: str, capsys: pytest.CaptureFixture[str]):
    assert cli.call(["cite", str(ROOT / place)]) == 2
    printed = capsys.readouterr()
    assert not printed.out and place in printed.err


def test_a_manifest_of_another_kind_is_refused(tmp_path: Path):
    (tmp_path / "manifest.json").write_text('{"format": "skloki-sweeps"}')
    with pytest.raises(UserError, match="skloki-sweep"):
        citation.stored(tmp_path)


def test_folders_with_a_page_or_a_manifest_are_described():
    assert {path.name for path in CRATES} >= {"december-1923", "historical", "record", "lookfor"}


@pytest.mark.parametrize("folder", CRATES, ids=lambda folder: folder.name)
def test_shipped_crate_describes_the_files_that_are_there(folder: Path):
    said = json.loads((folder / crate.NAME).read_text("utf-8"))
    known = {entry["@id"]: entry for entry in said["@graph"]}
    assert known[crate.NAME]["about"] == {"@id": "./"}
    parts = {part["@id"] for part in known["./"]["hasPart"]}
    assert parts == {path.name for path in folder.iterdir() if path.is_file()} - {crate.NAME}, "make crates"
    for name in parts:
        content = (folder / name).read_bytes()
        found = known[name]["contentSize"], known[name]["sha256"]
        assert found == (str(len(content)), hashlib.sha256(content).hexdigest()), f"{name}: make crates"
    assert said == crate.crate(folder), "make crates"


def test_whatever_a_crate_points_at_is_in_it():
    def pointed(value: object):
        if isinstance(value, dict):
            if set(value) == {"@id"}:
                yield value["@id"]
            for inner in value.values():
                yield from pointed(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from pointed(inner)

    for folder in CRATES:
        graph = crate.crate(folder)["@graph"]
        assert {*pointed(graph)} <= {entry["@id"] for entry in graph} | {crate.VERSION}
        assert graph[1]["name"] and len(graph[1]["description"]) > 20


def test_a_crate_is_written_without_a_clock(tmp_path: Path):
    (tmp_path / "README.md").write_text("# A page\n\n**Found.** One thing of .5 counts. Another does not.\n")
    (tmp_path / "table.csv").write_text("a\n1\n")
    first = crate.write(tmp_path).read_bytes()
    assert crate.write(tmp_path).read_bytes() == first
    root = json.loads(first)["@graph"][1]
    assert (root["name"], root["description"]) == ("A page", "One thing of .5 counts.")
    assert [part["@id"] for part in root["hasPart"]] == ["README.md", "table.csv"]
