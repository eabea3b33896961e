"""Step 3, economy: recovery of local output."""

from __future__ import annotations

from sim.kernel import kernel


@kernel
def recover(recovery, result, growth, ceiling, famine):  # type: ignore[no-untyped-def]
    """Return next month's recovery Y (1913 = 1).

    Y + g A Y (1 - Y / Y_max) - famine Y: logistic, because the series of 1920-26 is exponential
    (economy.csv). ``famine`` is the monthly loss (FAMINE_LOSS times the famine's strength).
    """
    grown = recovery + growth * result * recovery * (1.0 - recovery / ceiling) - famine * recovery
    return grown if grown > 0.0 else 0.0
