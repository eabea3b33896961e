"""Completion of names in the shell. Every press of a key starts the program: import little."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

from click.shell_completion import CompletionItem, get_completion_class

if TYPE_CHECKING:
    import click

Completer: TypeAlias = "Callable[[click.Context, click.Parameter, str], list[CompletionItem]]"

SHELLS = ("bash", "zsh", "fish")


def _of(*places: str, or_file: bool = False) -> Completer:
    """Return what completes names. At each place is a collection of them, or a function that gives one."""
    def complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        more = [_EXPERIMENTS] if or_file and context and context.command.name == "check" else []  # which takes either
        known = {name for place in (*places, *more) for name in _named(place)}
        found = [CompletionItem(name) for name in sorted(known) if name.startswith(begun)]
        return found or ([CompletionItem(begun, type="file")] if or_file else [])

    return complete


def _named(place: str) -> Iterable[str]:
    place, _, form = place.partition(" ")
    room, _, name = f"sim.{place}".rpartition(".")
    found = getattr(import_module(room), name)
    return ((form or "{}").format(each) for each in (found() if callable(found) else found))


_EXPERIMENTS = "experiment.load.shipped_experiments"
scenarios = _of("scenario.load.shipped", or_file=True)
experiments = _of(_EXPERIMENTS, or_file=True)
kinds, names = _of("describe.glossary.KINDS"), _of("describe.glossary.names")
engines, outcomes = _of("engines.engine.ENGINES"), _of("registry.outcomes.OUTCOMES")
ensembles = _of("experiment.ensemble.known")
claims, populations = _of("claims.claim.known", or_file=True), _of("claims.populations.names")
settings = _of("registry.parameters.PARAMETERS parameters.{}=", "registry.mechanisms.MECHANISMS mechanisms.{}=")


def figures(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete a kind of figure."""
    from sim.figures.pictures import PICTURES

    known = sorted({name for kind in PICTURES.values() for name in kind.pictures if name.startswith(begun)})
    return list(map(CompletionItem, known))


def script(command: click.Command, name: str, shell: str) -> str:
    """Return the script that makes a shell complete the command."""
    chosen = get_completion_class(shell)
    if chosen is None:
        raise ValueError(f"no completion for {shell}")
    return chosen(command, {}, name, f"_{name.upper()}_COMPLETE").source()
