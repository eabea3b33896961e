"""Errors that a user can mend, reported all at once and without a traceback."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass

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


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the valid name closest to a mistyped one, whatever the case of its letters, or an empty string."""
    known = list(names)
    for close in difflib.get_close_matches(name.casefold(), [each.casefold() for each in known], n=1, cutoff=0.5):
        return difflib.get_close_matches(name, [each for each in known if each.casefold() == close], n=1, cutoff=0.0)[0]
    return ""
