"""Names that are nearly right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import UserError, nearest, understood
from sim.scenario.load import load


@pytest.mark.parametrize(("name", "names", "found"), [
    ("HISTORICAL", ["historical", "theory"], "historical"),
    ("G_Y", ["g_y", "g_d"], "g_y"), ("r_F", ["r_v", "R_F"], "R_F"),
    ("Kv", ["KV", "kv", "Kv1"], "kv"), ("KV", ["kv", "KV2"], "kv"), ("zzz", ["a", "b"], ""), ("", [], ""),
])  # fmt: skip
def test_nearest_whatever_the_case(name, names, found):
    assert nearest(name, names) == found


def verb(
    number: int, share: float | None = None, words: Sequence[str] = (), place: str | Path = "", **asked: Any
) -> Any:  # fmt: skip
    return number, share, list(words), place


def joined(*folders: str | Path, files: Sequence[Path | str] = (), force: bool = False) -> Any:
    return folders, list(files), force


def fine(sweep: Any, lever: str | None = None) -> None: ...


@pytest.mark.parametrize(("given", "read"), [
    ((np.int64(3), 1), (3, 1, [], "")), ((3, None, "one", Path("a")), (3, None, ["one"], Path("a"))),
    ((3, 0.5, 0.01), (3, 0.5, ["0.01"], "")), ((3, 0.5, {"performance": 0.01}), (3, 0.5, ["performance=0.01"], "")),
    ((3, 0.5, ["a", 2]), (3, 0.5, ["a", "2"], "")),
])  # fmt: skip
def test_arguments_are_read_by_their_annotations(given, read):
    assert understood(verb)(*given) == read


@pytest.mark.parametrize(("given", "said"), [
    (("3",), "number: found '3'; allowed: a whole number"), ((2.0,), "number: found 2.0; allowed: a whole number"),
    ((True,), "number: found True; allowed: a whole number"), ((3, "x"), "share: found 'x'; allowed: a number"),
    ((3, None, (), 3), "place: found 3; allowed: a path"),
])  # fmt: skip
def test_arguments_of_another_kind_are_refused(given, said):
    with pytest.raises(UserError, match=f"^{said}$"):
        understood(verb)(*given)


@pytest.mark.parametrize(("given", "asked", "said"), [
    ((3,), {}, "folders: found 3; allowed: a path"), (("a",), {"files": 4}, "files: found 4; allowed: a path"),
    (("a",), {"files": ["b", None]}, "files: found None; allowed: a path"),
    (("a",), {"force": "no"}, "force: found 'no'; allowed: True or False"),
])  # fmt: skip
def test_several_paths_and_truth_values_are_looked_at_too(given, asked, said):
    with pytest.raises(UserError, match=f"^{said}$"):
        understood(joined)(*given, **asked)
    assert understood(joined)("a", Path("b"), files="c", force=np.bool_(True)) == (("a", Path("b")), ["c"], True)


def test_what_is_asked_besides_is_named():
    assert understood(verb, asked=fine)(3, lever="a")
    with pytest.raises(UserError, match="verb: asked: found 'levre'; allowed: lever; did you mean 'lever'?"):
        understood(verb, asked=fine)(3, levre="a")
    with pytest.raises(TypeError, match=r"verb\(\) missing 1 required"):
        understood(verb)()


@pytest.mark.parametrize(("name", "sets", "suggestion"), [
    ("HISTORICAL", (), "historical"), ("historical", ("G_Y=0.2",), "g_y"),
    ("historical", ("Policy.Rule=election",), "policy"),
    ("historical", ("policy.rule=Election",), "election"), ("historical", ("tree.only=[\"TVER\"]",), "Tver"),
])  # fmt: skip
def test_names_in_capitals_are_understood(name, sets, suggestion):
    with pytest.raises(UserError) as caught:
        load(name, sets)
    assert [problem.suggestion for problem in caught.value.problems] == [suggestion]


def test_the_largest_seed_is_said():
    with pytest.raises(UserError, match=rf"found {2**63}; allowed: a whole number from 0 to {2**63 - 1}"):
        load("historical", [f"run.seed={2**63}"])
