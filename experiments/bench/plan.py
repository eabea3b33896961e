"""How much is measured: in full for ``make bench``, or a taste of it for the tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.scenario.schema import Options, Period, Scenario, Tree, month_name, month_number

HERE = Path(__file__).parent
HISTORICAL = HERE.parents[1] / "scenarios" / "historical.toml"
FIRST = "1921-01"
#: Uezds of each guberniia in the worlds that grow.
UEZDS_EACH = 8


@dataclass(frozen=True)
class Plan:
    """What to measure.

    Attributes
    ----------
    rounds
        Interleaved rounds of all contestants on one scenario.
    batch
        Replicates that the compiled engine runs in a round, with one thread and with two: so many that the moments
        at the end in which one thread waits for the other do not count.
    spins
        Length of the control's loops.
    sizes, size_months, size_rounds
        Committees of the synthetic trees, how long these run, and how often.
    enough
        Seconds that one of these measurements takes at least, by running several replicates.
    largest
        Committees beyond which a slow contestant is not asked to go.
    months
        Lengths of the historical world.
    replicates
        Numbers of replicates in one sweep.
    repeats
        Repeats of each process that is started; 0 starts none.
    memory
        Replicates of the runs whose peak memory is read.
    """

    rounds: int = 7
    batch: int = 128
    spins: int = 6_000_000
    sizes: tuple[int, ...] = (84, 250, 735, 2_000, 8_000, 30_000, 100_000)
    size_months: int = 24
    size_rounds: int = 5
    enough: float = 0.3
    largest: tuple[tuple[str, int], ...] = (("reference", 2_000), ("mesa", 2_000))
    months: tuple[int, ...] = (12, 24, 48, 108)
    replicates: tuple[int, ...] = (1, 4, 16, 64, 256)
    repeats: int = 5
    memory: tuple[int, ...] = (1, 16, 256)


FULL = Plan()
QUICK = Plan(2, 2, 10_000, (9, 27), 3, 2, 0.01, (("reference", 27), ("mesa", 9)), (2, 3), (1, 2), 0, ())


def synthetic(committees: int, months: int) -> Scenario:
    """Return a synthetic world of about so many committees, an eighth as many guberniias as uezds.

    Without a limit of the centre's capacity: it is a number for the whole nation, so that a larger
    nation would be another world and not only a larger one.
    """
    end = month_name(month_number(FIRST) + months - 1)
    guberniias = max(1, round(committees / (1 + UEZDS_EACH)))
    return Scenario(
        title=f"{committees} committees", period=Period(start=FIRST, end=end),
        tree=Tree(kind="synthetic", guberniias=guberniias, uezds_each=UEZDS_EACH),
        options=Options(capacity="unlimited"),
    )  # fmt: skip


def shortened(scenario: Scenario, months: int) -> Scenario:
    """Return a scenario's first months."""
    end = month_name(month_number(scenario.period.start) + months - 1)
    return scenario.model_copy(update={"period": Period(start=scenario.period.start, end=end)})
