"""What to look for, in words and rows: every door tells it by these functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.analysis.sentences import PLACES, by_enough
from sim.analysis.wording import capital, hundred, outcome_in_words, size
from sim.inference import worth
from sim.inference.lookfor import RELIABILITIES, Answer, Look, Question, Worth
from sim.inference.worth import HALF

THIRDS = ("lowest", "middle", "highest")
TOGETHER = {reliability: f"{reliability:g}" for reliability in RELIABILITIES}


def number(value: float) -> str:
    """Return a figure as sentences have it."""
    return f"{value:.3g}"


def share(value: float) -> str:
    """Return a share as sentences and tables have it."""
    return f"{value:.2f}"


def named(question: Question) -> str:
    """Return a question's name, as rows and headings have it."""
    if question.kind == "structure":
        return f"{question.option} or {question.against}"
    where = PLACES[question.scope]
    outcome = outcome_in_words(question.outcome)
    return f"{outcome} in {where}: {question.option} against {question.against}, {question.when}"


def ahead(question: Question) -> str:
    """Return what the share of draws counts, in words."""
    if question.kind == "structure":
        return f"it is {question.option}"
    does = "is higher" if question.better == "neither" else "does better"
    return f"{question.option} {does}"


def claimed(question: Question) -> str:
    """Return what the share of draws is a share of, in words."""
    if question.kind == "structure":
        return f"the world is that of {question.option} and not of {question.against}"
    where = PLACES[question.scope]
    outcome = outcome_in_words(question.outcome)
    return f"{ahead(question)} than {question.against} ({outcome} in {where}, {question.when})"


def amount(value: float, unit: str) -> str:
    """Return a figure's value in words: of shares in percentage points."""
    if unit.split(" ")[0] == "share":
        return f"{100 * value:+.2g} percentage points"
    return f"{number(value)} ({unit})"


def between(one: Worth) -> str:
    """Return where the middle third of a figure lies, in words."""
    low, high = (amount(edge, one.observable.unit) for edge in one.edges)
    unit = high.partition(" ")[2]
    return f"{low.removesuffix(f' {unit}')} to {high}"


def by_thirds(one: Worth, question: Question) -> str:
    """Return what a figure's value would say, in words, were it free of error, and how far the thirds lie apart."""
    low, high = (amount(edge, one.observable.unit) for edge in one.edges)
    below, between, above = map(hundred, one.ahead)
    apart = amount(one.edges[1] - one.edges[0], one.observable.unit).removeprefix("+")
    return (f"if it lay below {low}, {ahead(question)} in {below} of 100 worlds; above {high}, in {above}; between, in "
            f"{between}; these two values lie {apart} apart")  # fmt: skip


def edges(one: Worth) -> str:
    """Return where the middle third of a figure lies."""
    return "..".join(f"{value:.2g}" for value in one.edges)


def thirds(one: Worth) -> str:
    """Return the shares of draws by thirds of a figure, the lowest first."""
    return "/".join(map(share, one.ahead))


def _apart(one: Worth, question: Question) -> str:
    """Return how far two structures lie apart in a figure, in words."""
    if question.kind == "effect":
        return ""
    return f"; free of error, the two lie {one.distance:.1f} standard deviations apart in it"


def leading(look: Look) -> Answer:
    """Return the question about which most could be learnt."""
    return max(look.answers, key=lambda answer: answer.best.expected if answer.best else 0.0)


def sentences(look: Look) -> list[str]:
    """Return the answer: what found figures say; what to look for first, what it would say, and where it may lie."""
    answer = leading(look)
    best, question = answer.best, answer.question
    said = [found(look)] if look.found else []
    over = f"{answer.draws:,} worlds {look.population}"
    if best is None:
        what = "this question" if len(look.answers) == 1 else "any of these questions"
        return [*said, f"Nothing that was kept would teach more about {what} than luck: over {over} the best of "
                f"{len(answer.worths)} useless figures seldom explains more than {share(answer.luck)}.",
                *alike(answer)]  # fmt: skip
    one, least = best.observable, size(question.smallest, question.unit)
    useful = "The most useful single figure, though it would not settle the matter, is" if best.narrowing < HALF else (
        "Look first for this figure:")
    settles = f"{useful} {one.meaning} ({one.period}; {one.name})."
    if question.kind == "effect":
        asked = by_enough(question.option, ahead(question).removeprefix(f"{question.option} "), answer.share,
                          *answer.beyond, least)  # fmt: skip
        by = f"By {outcome_in_words(question.outcome)} in {PLACES[question.scope]} ({question.when})"
        asked = f"{by} {asked}: of {over}"
    else:
        asked = f"{capital(claimed(question))} in {hundred(answer.share)} of every 100 worlds: of {over}"
    return [
        *said, settles, f"{asked}.",
        f"As reliable as expected ({one.reliability:g}), the figure would explain {hundred(best.expected)} of 100 "
        f"parts of how these worlds differ, and narrow that by {best.narrowing:.0%}. Were it known without error, it "
        f"would explain {hundred(best.explains[0])} of 100 parts; then, "
        f"{by_thirds(best, question)}{_apart(best, question)}.",
        *alike(answer), f"It may be held in: {one.where}.",
    ]


def alike(answer: Answer) -> list[str]:
    """Return that two structures cannot be told apart, where no figure tells one from the other."""
    if answer.question.kind == "effect" or answer.apart:
        return []
    both = f"{answer.question.option} and {answer.question.against}"
    return [f"No figure sets {both} a standard deviation apart: by what was kept they cannot be told apart."]


def sureness(look: Look) -> list[str]:
    """Return how sure that is: remarks."""
    answer = leading(look)
    first = answer.best or (answer.worths[0] if answer.worths else None)
    count = len(answer.worths)
    said = [
        f"Shares are cross-validated over {answer.draws:,} worlds, chance in them; the best of {count} useless figures "
        f"would seldom exceed {share(answer.luck)}"
        + ("" if first is None else f", and {first.observable.name}'s share at reliability 1 has a standard error of "
           f"about {share(worth.error(first.explains[0], answer.effective))}") + ".",
    ]  # fmt: skip
    if not look.calibrated:
        said.append("The draws are over the ranges, not weighed by what is recorded: a figure that only repeats a "
                    "recorded one can rank high. For what is left given the record, sweep an ensemble.")  # fmt: skip
    said += where(look)
    for one in sorted(answer.few, key=lambda one: one.reliability is not None):  # as reliable as expected first
        if one.reliability in (1.0, None) and len(one.observables) > 1:
            at = "if each were free of error" if one.reliability else "each as reliable as expected"
            said.append(f"Together {', '.join(one.observables)} would explain {hundred(one.explains)} of 100 parts, "
                        f"{at}.")  # fmt: skip
    return said


def where(look: Look) -> list[str]:
    """Return in which world figures were counted, if there are several."""
    world = ", ".join(f"{lever} = {option}" for lever, option in look.history.items())
    return [f"Counted in worlds run under {world}, which should be what happened."] if world else []


def found(look: Look) -> str:
    """Return what figures that were found have done, in words."""
    answer = leading(look)
    figures = ", ".join(f"{one.column} = {number(one.target.value)}" for one in look.found)
    text = f"Draws count as they agree with {figures}: they are worth {look.effective:,.0f} of {look.draws:,}."
    if answer.before is None:
        return text
    return (f"{text} With that {ahead(answer.question)} in {share(answer.share)} of them instead of "
            f"{share(answer.before[2])}; the standard deviation is {number(answer.sd)} instead of "
            f"{number(answer.before[1])} ({named(answer.question)}).")  # fmt: skip


def rows(look: Look) -> Iterator[dict[str, Any]]:
    """Yield a row for each question and observable, the most telling first: what --csv and --json show."""
    for answer in look.answers:
        question = answer.question
        asked_of = {
            "kind": question.kind, "lever": question.lever, "option": question.option, "against": question.against,
            "outcome": question.outcome, "scope": question.scope, "horizon": question.horizon,
            "draws": answer.draws, "effective": answer.effective, "mean": answer.mean, "sd": answer.sd,
            "share": answer.share, "luck": answer.luck,
        }  # fmt: skip
        for rank, one in enumerate(answer.worths, start=1):
            yield asked_of | {"rank": rank} | _row(one)


def _row(one: Worth) -> dict[str, Any]:
    observable = one.observable
    explains = {f"explains_{at:g}": value for at, value in zip(RELIABILITIES, one.explains, strict=True)}
    in_thirds = {
        f"{name}_{what}": value
        for what, values in (("mean", one.middle), ("share", one.ahead))
        for name, value in zip(THIRDS, values, strict=True)
    }
    return {
        "observable": observable.name, "observable_unit": observable.unit, "period": observable.period,
        "defined": one.known, **explains, "reliability": observable.reliability, "explains": one.expected,
        "narrowing": one.narrowing, "edge_low": one.edges[0], "edge_high": one.edges[1], **in_thirds,
        "meaning": observable.meaning, "where": observable.where,
    }  # fmt: skip


def document(look: Look) -> dict[str, Any]:
    """Return a look as JSON can hold it."""
    return {
        "answer": sentences(look), "sureness": sureness(look), "population": look.population,
        "calibrated": look.calibrated, "world": look.history, "draws": look.draws, "effective": look.effective,
        "figures": [
            {"quantity": one.column, "value": one.target.value, "low": one.target.low, "high": one.target.high,
             "unit": one.unit, "grade": one.target.confidence, "source": one.source} for one in look.found
        ],
        "questions": [
            {"question": named(answer.question), "share": answer.share, "mean": answer.mean, "sd": answer.sd,
             "before": answer.before, "luck": answer.luck,
             "together": [{"reliability": one.reliability, "observables": one.observables, "explains": one.explains}
                          for one in answer.few]} for answer in look.answers
        ],
        "observables": list(rows(look)),
    }  # fmt: skip
