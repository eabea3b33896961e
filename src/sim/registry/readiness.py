"""What the readiness map measures in each place, and its two ways of electing."""

from __future__ import annotations

MEASURES = ("recovery_months", "performance", "open_skloki", "paralysed")
"""What is looked at, each apart; the first decides."""
UNIVERSAL, UNILATERAL = "universal", "unilateral"
"""All places elect, or one alone does."""
