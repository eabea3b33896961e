"""Errors that a user can mend, reported all at once and without a traceback.

Wherever a request is wrong, a file damaged or a disk full, `UserError` names every reason; what can raise it does not
say so again.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

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


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the valid name closest to a mistyped one, whatever the case of its letters, or an empty string."""
    known = list(names)
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
