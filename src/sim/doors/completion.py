"""Completion of names in the shell. Every press of a key starts the program: import little."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem, get_completion_class

if TYPE_CHECKING:
    import click

SHELLS = ("bash", "zsh", "fish")


def scenarios(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a shipped scenario, or else a file."""
    from sim.scenario.load import shipped

    known = [*shipped()]
    if context.command.name == "check":  # which takes either
        from sim.experiment.load import shipped_experiments

        known += shipped_experiments()
    return _beginning(known, incomplete) or [CompletionItem(incomplete, type="file")]


def experiments(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a shipped experiment, or else a file."""
    from sim.experiment.load import shipped_experiments

    return _beginning(shipped_experiments(), incomplete) or [CompletionItem(incomplete, type="file")]


def kinds(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete what can be listed."""
    from sim.describe.glossary import KINDS

    return _beginning(KINDS, incomplete)


def figures(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a kind of figure."""
    from sim.figures.pictures import PICTURES

    return _beginning([name for kind in PICTURES.values() for name in kind.pictures], incomplete)


def engines(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete an engine."""
    from sim.engines.engine import ENGINES

    return _beginning(ENGINES, incomplete)


def outcomes(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete an outcome."""
    from sim.registry.outcomes import OUTCOMES

    return _beginning(list(OUTCOMES), incomplete)


def names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete anything that can be explained."""
    from sim.describe.glossary import names as known

    return _beginning(known(), incomplete)


def settings(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete what may be set on the command line: parameters and mechanisms."""
    from sim.registry.mechanisms import MECHANISMS
    from sim.registry.parameters import PARAMETERS

    known = [f"parameters.{name}=" for name in PARAMETERS]
    return _beginning([*known, *(f"mechanisms.{name}=" for name in MECHANISMS)], incomplete)


def script(command: click.Command, name: str, shell: str) -> str:
    """Return the script that makes a shell complete the command."""
    chosen = get_completion_class(shell)
    if chosen is None:
        raise ValueError(f"no completion for {shell}")
    return chosen(command, {}, name, f"_{name.upper()}_COMPLETE").source()


def _beginning(known: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(known) if name.startswith(incomplete)]
