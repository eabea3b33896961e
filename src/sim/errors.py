"""Errors that a user can mend, reported all at once and without a traceback.

Wherever a request is wrong, a file damaged or a disk full, `UserError` names every reason; what can raise it does not
say so again.
"""

from __future__ import annotations

import difflib
import operator
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

UTF8 = "a name must be UTF-8, or else no table could hold it"


@dataclass(frozen=True)
class Problem:
    """One fault in what a user handed in.

    Attributes
    ----------
    where
        File and line, for example ``"my.toml:7"``, or the option's name.
    field
        Dotted name of the field, empty when the whole file is meant.
    found
        What was found.
    allowed
        What would have been accepted.
    suggestion
        The nearest valid name, empty when none is near.
    """

    where: str
    field: str = ""
    found: str = ""
    allowed: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.field}: " if self.field else f"{self.where}: "
        text += f"found {self.found}" if self.found else ""
        if self.allowed:
            text += f"; allowed: {self.allowed}" if self.found else self.allowed
        return text + (f"; did you mean '{self.suggestion}'?" if self.suggestion else "")


class UserError(Exception):
    """A request that cannot be carried out, with every reason; the CLI exits with code 2."""

    def __init__(self, problems: Problem | str | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem("skloki", allowed=problems)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def not_utf8(name: str | os.PathLike[str]) -> str:
    """Return in bytes a name of a file that is no UTF-8, which no table can hold; an empty text of any other."""
    try:
        str(name).encode()
    except UnicodeEncodeError:
        return repr(os.fsencode(name))[1:]
    return ""


def one_of(kind: str, name: str, names: Iterable[str]) -> str:
    """Return a name that is one of those there are; UserError with the nearest one where it is not."""
    known = list(names)
    if name in known:
        return name
    raise UserError(Problem(kind, "", repr(name), ", ".join(known), nearest(name, known)))


def whole(where: str, value: Any, least: int | None = None, most: int | None = None) -> int:
    """Return a whole number within bounds, also one of numpy's; UserError where it is none."""
    known = isinstance(value, Integral) and not isinstance(value, bool)
    if known and (least is None or least <= value) and (most is None or value <= most):
        return operator.index(value)
    limits = "" if least is None else f" from {least}" + (" on" if most is None else f" to {most}")
    raise UserError(Problem(where, found=repr(value), allowed=f"a whole number{limits}"))


def several(given: Any) -> Any:
    """Return what was given one after another, or by itself, as a text is that stands where several may."""
    if given is None or (isinstance(given, Iterable) and not isinstance(given, str | bytes | os.PathLike)):
        return () if given is None else given
    return (given,)


def understood(verb: Callable[P, R], asked: Callable[..., Any] | None = None) -> Callable[P, R]:
    """Return a verb that reads what it is given by its annotations, and refuses what is of another kind.

    ``asked`` is the function that ``**asked`` is handed on to.
    """
    from inspect import signature

    @wraps(verb)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        known = signature(verb)
        try:
            given = known.bind(*args, **kwargs)
        except TypeError:
            return verb(*args, **kwargs)  # Python says it, with the verb's name
        for name, value in given.arguments.items():
            parameter = known.parameters[name]
            if parameter.kind == parameter.VAR_POSITIONAL:
                given.arguments[name] = tuple(_as(name, each, str(parameter.annotation)) for each in value)
            elif parameter.kind != parameter.VAR_KEYWORD:
                given.arguments[name] = _as(name, value, str(parameter.annotation))
            elif asked is not None:
                for each in value:
                    one_of(f"{verb.__name__}: asked", each, [*signature(asked).parameters][1:])
        return verb(*given.args, **given.kwargs)

    return inner


def _as(name: str, value: Any, kind: str) -> Any:
    """Return an argument as its annotation has it; kinds that are none of Python's own are not looked at."""
    parts = set(kind.split(" | "))
    if value is None and "None" in parts:
        return value
    if many := re.fullmatch(r"(?:Sequence|Iterable)\[(.*)\](?: \| None)?", kind):
        if isinstance(value, Mapping) and many[1] == "str":
            return [f"{key}={each}" for key, each in value.items()]
        items = several(value)
        if many[1] == "str":
            return [one if isinstance(one, str) else str(one) for one in items]
        return items if "Path" not in many[1].split(" | ") else [_as(name, one, many[1]) for one in items]
    if parts <= {"int", "None"}:
        return whole(name, value)
    if parts <= {"float", "None"}:
        wrong, allowed = not isinstance(value, Real) or isinstance(value, bool), "a number"
    elif parts <= {"bool", "None"}:
        wrong, allowed = value not in (False, True), "True or False"
    elif parts <= {"str", "None"}:
        wrong, allowed = not isinstance(value, str), "a text"
    elif "Path" in parts:
        foreign = parts - {"str", "Path", "None"}
        wrong, allowed = not isinstance(value, str | os.PathLike), "a path"
        listed = isinstance(value, list | tuple) and not any(part.startswith("Sequence[") for part in foreign)
        wrong = wrong and (not foreign or value is None or isinstance(value, int | float) or listed)
    else:
        return value
    if wrong:
        raise UserError(Problem(name, found=repr(value), allowed=allowed))
    return value


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the valid name closest to a mistyped one, whatever the case of its letters, or an empty string."""
    known, name = list(names), str(name)
    for close in difflib.get_close_matches(name.casefold(), [each.casefold() for each in known], n=1, cutoff=0.5):
        return difflib.get_close_matches(name, [each for each in known if each.casefold() == close], n=1, cutoff=0.0)[0]
    return ""


def misfits(value: Any, shape: Any, field: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield where a value that was read from JSON is not of the kind that is meant: field, found, allowed.

    Parameters
    ----------
    shape
        A type; a list with the shape of each item; a tuple with the shapes of all items; or a mapping of names
        to shapes, in which a name with ``?`` may be missing and ``*`` stands for any.
    """
    if isinstance(shape, dict) and isinstance(value, dict):
        for key, inner in shape.items():
            name = key.removesuffix("?")
            if key == "*" or name in value:
                for each in value if key == "*" else (name,):
                    yield from misfits(value[each], inner, f"{field}.{each}" if field else each)
            elif name == key:
                yield f"{field}.{name}" if field else name, "nothing", _kind(inner)
    elif isinstance(shape, list) and isinstance(value, list):
        for item in value:
            yield from misfits(item, shape[0], field)
    elif isinstance(shape, tuple) and isinstance(value, list) and len(value) == len(shape):
        for item, inner in zip(value, shape, strict=True):
            yield from misfits(item, inner, field)
    elif isinstance(shape, tuple):
        yield field, type(value).__name__, f"a list of {len(shape)}"
    elif isinstance(shape, (dict, list)) or not _is_of(value, shape):
        yield field, type(value).__name__, _kind(shape)


def _is_of(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and (not isinstance(value, bool) or kind in (bool, object))


def _kind(shape: Any) -> str:
    kind = shape if isinstance(shape, type) else type(shape)
    return str(shape) if kind.__name__ == "UnionType" else "list" if kind is tuple else kind.__name__
