"""The smallest effect of interest: below it, a difference does not matter. A convention, fixed before results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, UserError
from sim.registry.derived import unknown

if TYPE_CHECKING:
    from sim.registry.entries import Outcome


@dataclass(frozen=True)
class Smallest:
    """The smallest effect of interest: a convention (grade: assumed), not a finding.

    Attributes
    ----------
    share
        Of outcomes that lie between 0 and 1; none: of every outcome its own, as the registry fixes it.
    relative
        Of all others, as a part of the baseline's mean.
    named
        Of single outcomes, instead.
    """

    share: float | None = None
    relative: float = 0.05
    named: Mapping[str, float] = field(default_factory=dict)

    def of(self, outcome: Outcome, base: Any) -> Any:
        """Return the smallest effect of an outcome whose means in the baseline are given."""
        if outcome.name in self.named:
            return 0.0 * base + self.named[outcome.name]
        own = outcome.smallest if self.share is None else self.share if outcome.high == 1.0 else None
        return self.relative * abs(base) if own is None else 0.0 * base + own


def smallest(texts: Iterable[str]) -> Smallest:
    """Read ``0.02`` (for shares) and ``performance=0.005`` (for one outcome).

    Raises
    ------
    UserError
        One is no number above zero, or names no outcome; every one is named.
    """
    found, problems = Smallest(), []
    for text in texts:
        name, _, value = text.rpartition("=")
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0.0 < number < float("inf"):
            allowed = "a number above 0, or NAME=NUMBER for one outcome"
            problems.append(Problem("--smallest", found=repr(text), allowed=allowed))
        elif name:
            problems += unknown("--smallest", [name])
            found = replace(found, named={**found.named, name: number})
        else:
            found = replace(found, share=number)
    if problems:
        raise UserError(problems)
    return found
