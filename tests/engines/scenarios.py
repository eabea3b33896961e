"""Random scenarios: sizes, trees, policies, switches, options, events, parameters at and inside their bounds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from sim.registry.entries import CLASSES, Parameter
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.scenario.schema import Scenario, month_name, month_number

FIRST = month_number("1921-01")
REAL = ["Moscow", "Petrograd", "Tver", "Tula", "Dagestan ASSR"]
SHARE = st.floats(0, 1)


def _value(parameter: Parameter) -> st.SearchStrategy[float]:
    bounds = [parameter.low, parameter.high, parameter.minimum, parameter.maximum, parameter.default]
    return st.one_of(st.sampled_from(bounds), st.floats(parameter.minimum, parameter.maximum))


@st.composite
def _rule(draw: Any) -> dict[str, Any]:
    rule = draw(st.sampled_from(["election", "appointment", "recorded", "share", "endogenous", "readiness"]))
    made: dict[str, Any] = {"rule": rule}
    if rule == "share":
        made["share"] = draw(SHARE)
    if draw(st.booleans()):
        made["recall"] = draw(st.booleans())
    return made


@st.composite
def _policy(draw: Any, months: int) -> dict[str, Any]:
    policy = draw(_rule())
    if policy["rule"] == "endogenous":
        policy["start"] = draw(SHARE)
    policy |= {"literacy_at_least": draw(st.floats(0.2, 0.5)), "bench_at_least": draw(st.floats(0.2, 0.5))}
    policy["uezds"] = draw(st.sampled_from(["follow", "follow", "election", "appointment"]))
    policy["changes"] = {}
    for number in range(draw(st.integers(0, 2))):
        change = draw(_rule()) | {"date": month_name(FIRST + draw(st.integers(0, months)))}
        if draw(st.booleans()):
            change["classes"] = [draw(st.sampled_from(CLASSES))]
        policy["changes"][f"change{number}"] = change
    return policy


@st.composite
def _events(draw: Any, months: int) -> dict[str, Any]:
    events = {}
    for number in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["levy", "dispute", "famine", "congress", "conference", "policy_error"]))
        start = draw(st.integers(0, months - 1))
        event = {"kind": kind, "start": month_name(FIRST + start)}
        if kind not in ("congress", "conference"):
            event["end"] = month_name(FIRST + start + draw(st.integers(0, 6)))
            event["size"] = draw(st.floats(-0.3 if kind == "levy" else 0.0, 1.0))
        if kind == "famine":
            event["classes"] = [draw(st.sampled_from(CLASSES))]
        events[f"event{number}"] = event
    return events


@st.composite
def _tree(draw: Any) -> dict[str, Any]:
    bench = draw(st.one_of(st.integers(1, 6), st.integers(1, 6), st.just(30)))  # of 30: slots of several eights
    tree: dict[str, Any] = {"bench": bench, "uezd_bench": draw(st.integers(1, 4))}
    if draw(st.integers(0, 3)) == 0:
        some = draw(st.lists(st.sampled_from(REAL), min_size=1, max_size=4, unique=True))
        return tree | {"only": some, "uezds": draw(st.sampled_from([0, 650]))}
    # few, and now and then whole eights of guberniias, and what is left of a third
    guberniias = draw(st.one_of(*[st.integers(1, 7)] * 3, st.sampled_from([8, 9, 16, 17])))
    synthetic = {"guberniias": guberniias, "uezds_each": draw(st.integers(0, 4 if guberniias < 8 else 1))}
    return tree | {"kind": "synthetic", "alike": draw(st.booleans())} | synthetic


@st.composite
def _options(draw: Any) -> dict[str, Any]:
    return {
        "order": draw(st.sampled_from(["need", "random"])),
        "capacity": draw(st.sampled_from(["recorded", "unlimited", 0.0, 0.6, 3.0])),
        "conference_capacity": draw(st.sampled_from(["unlimited", 0.0, 0.6, 3.0])),
    }


@st.composite
def scenarios(draw: Any, months: int = 30) -> Scenario:
    """Return a small scenario; hot ones are as likely as calm ones."""
    lasts = draw(st.integers(1, months))
    # officials who change often meet more of the engines' branches
    hot = {"a_temp": 0.04, "theta": 0.3, "w0": 0.05, "h_unf": 0.04, "cont": 1.0, "rev": 1.0, "term": 3.0}
    # what is off by default would else be met in one scenario of ten
    on = {"ask_above": 0.3, "tail": 0.7, "trust": 0.3}
    given = (hot if draw(st.booleans()) else {}) | (on if draw(st.booleans()) else {})
    chosen = draw(st.lists(st.sampled_from(list(PARAMETERS.values())), max_size=10, unique_by=lambda p: p.name))
    return Scenario.model_validate({
        "title": "random",
        "period": {"start": "1921-01", "end": month_name(FIRST + lasts - 1)},
        "tree": draw(_tree()),
        "policy": draw(_policy(lasts)),
        "threat": draw(st.sampled_from([{}, {"series": "constant", "objective": 0.9, "perceived": 0.1}])),
        "events": draw(_events(lasts)),
        "mechanisms": dict.fromkeys(draw(st.lists(st.sampled_from(list(MECHANISMS)), max_size=4)), False),
        "parameters": given | {p.name: draw(_value(p)) for p in chosen},
        "options": draw(_options()),
        "defaults": draw(st.sampled_from(["0.2", "0.1"])),
        "variants": {name: draw(st.sampled_from(list(variant.choices))) for name, variant in VARIANTS.items()},
        "run": {"seed": draw(st.sampled_from([1921, 0, 2**63 - 1])), "committees": draw(st.booleans())},
    }, strict=False)  # fmt: skip
