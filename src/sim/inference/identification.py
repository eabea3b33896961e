"""Whether the record decides an effect: in what share of draws it is above 0, before and after; what it hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from sim.inference.emulator import Emulator, fit
from sim.inference.posterior import Posterior
from sim.inference.space import Array

UNLEARNED = 0.1
"""Contraction below which the record has taught nothing of a factor."""


@dataclass(frozen=True)
class Identified:
    """What the record says about an effect.

    Attributes
    ----------
    prior, posterior
        Share of draws, each with its own accidents, in which the effect is above 0: of the runs over the ranges, and of
        the draws that agree with the record as the emulator foretells them.
    prior_error, error
        Their standard errors; that of the posterior has the chains' and the emulator's.
    mean, low, high
        Of the effect among draws that agree with the record: with their accidents, the middle 90 per cent.
    narrowed
        By what share the variance of the mean effect has shrunk between prior and posterior.
    r2
        Cross-validated, of its emulator.
    open
        Share of the emulated variance that lies in factors which contracted by less than `UNLEARNED`.
    shifts
        By how much the posterior share moves when figures are left out, by the name given to these; with its error.
    """

    prior: float
    prior_error: float
    posterior: float
    error: float
    mean: float
    low: float
    high: float
    narrowed: float
    r2: float
    open: float
    shifts: Mapping[str, tuple[float, float]]


def effects_emulator(posterior: Posterior, positions: Array, effects: Array) -> Emulator:
    """Return the emulator of effects, paired differences (rows, effects), with what tells its own error."""
    return fit(posterior.space, positions, effects, parts=True)


def left_out(
    posterior: Posterior, together: Mapping[str, Sequence[str]] | None = None
) -> Iterator[tuple[str, Posterior]]:
    """Yield draws with each figure left out in turn, and with several by the name given to these.

    Without `together` these are all figures of grade C.
    """
    several = {"grade C": posterior.likelihood.graded("C")} if together is None else together
    each: dict[str, Sequence[str]] = {name: [name] for name in posterior.likelihood.names}
    for name, names in (each | dict(several)).items():
        if names:
            yield name, posterior.without(names)


def identified(
    posterior: Posterior, effects: Array, emulator: Emulator, others: Iterable[tuple[str, Posterior]] = (),
) -> list[Identified]:  # fmt: skip
    """Return what the record says about each effect.

    Parameters
    ----------
    effects
        Paired differences of the runs over the ranges, shape (rows, effects); nan where there is none.
    emulator
        Of these, from `effects_emulator`: its rows may be others, too, nearer to the record.
    others
        Draws with figures left out, by their names, from `left_out`.
    """
    share, chance = posterior.estimate(lambda at: shares(emulator, at))
    each = np.stack([shares(part, posterior.positions) for part in emulator.parts] or [share, share])
    error = np.hypot(chance, np.sqrt((len(each) - 1.0) * each.var(axis=0)))
    untouched = posterior.contraction[0] < UNLEARNED
    means = emulator.predict(posterior.positions)
    low, high = _interval(means, np.sqrt(np.diag(emulator.residual)))
    before, open_ = emulator.variance, emulator.closed(untouched)
    shifts = {name: (shares(emulator, other.positions) - share,
                     np.hypot(other.estimate(lambda at: shares(emulator, at))[1], chance))
              for name, other in others}  # fmt: skip
    found = []
    for at, column in enumerate(effects.T):
        known = column[np.isfinite(column)]
        prior = float((known > 0.0).mean()) if len(known) else float("nan")
        found.append(Identified(
            prior, float(np.sqrt(prior * (1.0 - prior) / max(len(known), 1))), float(share[at]), float(error[at]),
            float(means[:, at].mean()), low[at], high[at],
            float(1.0 - means[:, at].var() / before[at]) if before[at] > 0.0 else 0.0,
            float(emulator.r2[at]), float(open_[at]),
            {name: (float(shift[at]), float(of[at])) for name, (shift, of) in shifts.items()},
        ))  # fmt: skip
    return found


def shares(emulator: Emulator, positions: Array) -> Array:
    """Return the share of draws with effects above 0, over the chance and misfit of each, shape (effects,)."""
    left = np.sqrt(np.maximum(np.diag(emulator.residual), 1e-300))
    found: Array = ndtr(emulator.predict(positions) / left).mean(axis=0)
    return found


def _interval(means: Array, left: Array) -> tuple[list[float], list[float]]:
    """Return the middle 90 per cent of means with a normal about each: as many draws as quantiles of it."""
    some = means[:: max(1, len(means) // 1000)]
    luck = ndtri((np.arange(39) + 0.5) / 39)
    both = (some[:, None, :] + luck[None, :, None] * left).reshape(-1, means.shape[1])
    low, high = np.quantile(both, (0.05, 0.95), axis=0)
    return low.tolist(), high.tolist()
