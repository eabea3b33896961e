"""Everything that is drawn has a plain name, short enough for a sentence and an axis."""

from __future__ import annotations

import pytest

from sim.analysis.plain import SHORT, named, words
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS


def test_every_name_has_short_words_of_its_own() -> None:
    said = {name: words(name) for name in (*PARAMETERS, *VARIANTS)}
    assert all(said.values()) and len(set(said.values())) == len(said)
    assert {name: text for name, text in said.items() if len(text) > 62} == {}
    assert set(SHORT) <= set(said)


@pytest.mark.parametrize(("name", "said"), [
    ("r_v - r_f", "voters' judgement of candidates less the files' judgement of candidates (r_v - r_f)"),
    ("kv / ki", "correction of misfit by voice over correction of misfit by inspection (kv / ki)"),
    ("recovery_max", "ceiling of the recovery (recovery_max)"), ("chance", "chance"), ("r_v - nobody", "r_v - nobody"),
])  # fmt: skip
def test_codes_come_after_words(name: str, said: str) -> None:
    assert named(name) == said
