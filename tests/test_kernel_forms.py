"""The interpreted form of a kernel: same source, no compiled callee."""

from __future__ import annotations

from types import FunctionType

from sim.engines.reference import rooms
from sim.kernel import interpreted, interpreted_room
from sim.mechanisms import arithmetic, congress


def test_callees_are_interpreted_too() -> None:
    plain = interpreted(congress.members_vote)
    assert isinstance(plain, FunctionType)
    assert isinstance(plain.__globals__["link"], FunctionType)
    assert hasattr(congress.link, "py_func"), "the compiled form keeps its compiled callee"


def test_both_forms_give_the_same_bits() -> None:
    for arguments in [(0.5, 0.61, 0.28, 0.03, 0.01, 4.0), (0.1, 0.9, 0.0, 0.0, -0.2, 4.0)]:
        assert interpreted(congress.members_vote)(*arguments) == congress.members_vote(*arguments)


def test_the_reference_engine_sees_every_function_of_a_room() -> None:
    assert set(vars(rooms.arithmetic)) == {"unit", "link", "fresh"}
    assert set(vars(interpreted_room(arithmetic))) == set(vars(rooms.arithmetic))
