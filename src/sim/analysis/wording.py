"""How numbers, their units and lists are said in a sentence, whoever says it."""

from __future__ import annotations

import math
from collections.abc import Sequence

DIFFER = 3
"""Words in which texts may differ that are called alike."""


def together(words: Sequence[str]) -> str:
    """Return words as a list has them: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def committees(guberniias: int, uezds: int) -> str:
    """Return the size of a tree."""
    return f"{counted(guberniias, 'guberniia')} and {counted(uezds, 'uezd')}"


def hundred(share: float) -> str:
    """Return a share as a number of a hundred; what is not quite none or all is not called so."""
    rounded = round(100 * share)
    if rounded == 0 and share > 0.0:
        return "fewer than 1"
    return "more than 99" if rounded == 100 and share < 1.0 else f"{rounded}"


def size(value: float, unit: str) -> str:
    """Return the size of a difference in words: of shares in percentage points."""
    if unit.split(" ")[0] == "share":
        return f"{100 * value:.2g} percentage point{'s' * (abs(100 * value) != 1)}"
    word = unit.removesuffix("s") if abs(value) == 1 else unit
    return f"{value:.2g}" + (f" {word}" if unit in ("months", "persons", "thousand") else "")


def amount(value: float, unit: str, sign: str = "-") -> str:
    """Return a number with its unit, as it is said: shares as so many of 100, months with one decimal at most.

    Of a share of committees ``1.2 of 100 committees``; of a share of nothing named ``1.2 percentage points``.

    Parameters
    ----------
    sign
        ``+`` where one above nothing is to have a sign too.
    """
    said = in_unit(value, unit, sign)
    words = counted_in(unit)
    return f"{said} {words.removesuffix('s') if said.lstrip('+-') == '1' and ' of ' not in unit else words}".rstrip()


def in_unit(value: float, unit: str, sign: str = "-") -> str:
    """Return a number as it is said in its unit, without that: two digits that count, of shares a hundredfold."""
    value = 100.0 * value if unit.split(" ")[0] == "share" else value
    if value == 0.0:
        return "0"
    decimals = 1 if unit == "months" else 1 - math.floor(math.log10(abs(value)))
    said = f"{value:{sign},.{min(max(decimals, 0), 7)}f}"
    said = said.rstrip("0").rstrip(".") if "." in said else said
    return "0" if said.lstrip("+-") == "0" else said


def counted_in(unit: str) -> str:
    """Return in what a number is said that is stored in a unit."""
    head, _, of = unit.partition(" of ")
    return unit if head != "share" else f"of 100 {of}" if of else "percentage points"


def alike(texts: Sequence[str]) -> tuple[int, int] | None:
    """Return how many words several texts begin and end with alike, if they differ in a word or so and no more.

    ``the same from 1921 on`` and ``the same from 1922 on`` give 3 and 1.
    """
    words = [text.split() for text in texts]
    shortest = min(map(len, words), default=0)
    same = [len({some[place] for some in words}) == 1 for place in range(shortest)]
    begin = next((place for place, one in enumerate(same) if not one), shortest)
    ends = [len({some[-place] for some in words}) == 1 for place in range(1, shortest - begin + 1)]
    end = next((place for place, one in enumerate(ends) if not one), len(ends))
    differ = [len(some) - begin - end for some in words]
    return (begin, end) if differ and 0 < min(differ) <= max(differ) <= DIFFER < begin + end else None


def outcome_in_words(name: str) -> str:
    """Return an outcome's name as a sentence has it."""
    words = name.removesuffix("_nation").replace("_p10", " of the worst tenth").replace("_", " ")
    return "paralysed committees" if words == "paralysed" else words


def instead(option: str, baseline: str) -> str:
    """Return one option of a lever instead of another, as a sentence has it: names of several words as titles."""
    words = [name.replace("_", " ") for name in (option, baseline)]
    return " instead of ".join(f"“{name}”" if " " in name else name for name in words)


def ordinal(number: int) -> str:
    """Return a place in a row, in words as far as that is usual."""
    return ("zeroth", "first", "second", "third", "fourth", "fifth", "sixth")[number] if number < 7 else f"{number}th"


def decimals(low: float, high: float) -> int:
    """Return the decimals that an interval deserves: two digits of a half width that begins with 1 or 2, else one."""
    return min(max(math.ceil(-math.log10((high - low) / 6)), 0), 7)


def number(value: float, sign: str = "-") -> str:
    """Return a number with two digits that matter, since effects can be small beside what they are effects on."""
    if value == 0.0:
        return "0"
    return f"{value:{sign}.{min(max(1 - math.floor(math.log10(abs(value))), 0), 7)}f}"


def capital(text: str) -> str:
    """Return a text as a sentence begins."""
    return text[:1].upper() + text[1:]
