"""The command ``skloki``: a thin door. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

import sim
from sim.api import look
from sim.doors import completion as complete
from sim.doors import endings, options, work
from sim.doors.calibrating import calibrate
from sim.doors.citing import cite
from sim.doors.claiming import claims
from sim.doors.comparing import compare
from sim.doors.endings import FAILED, INTERRUPTED, Failed, Interrupted, lacks_memory
from sim.doors.inferring import discover, sensitivity
from sim.doors.looking import lookfor
from sim.doors.readying import lockin, readiness
from sim.doors.reporting import report
from sim.doors.sweeping import query, rerun, status, sweep
from sim.doors.terminal import Terminal
from sim.doors.tracing import trace
from sim.errors import UTF8, Problem, UserError, not_utf8

NAME = "skloki"
MEMORY = (
    f"{NAME}: not enough memory; allow more (ulimit -v), or ask for fewer replicates, for one worker (--workers 1), or "
    "without run.committees"
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(sim.__version__, prog_name=NAME)
@options.modes
@click.pass_context
def cli(context: click.Context) -> None:
    """Local party organisations of 1921-1929: what if their officials had been elected?

    SCENARIO is a file, or the name of one that comes with the program (see `skloki list
    scenarios`). RESULT is the folder that `run` has printed.
    """
    context.ensure_object(Terminal)


for command in (
    compare, trace, sweep, calibrate, claims, lookfor, sensitivity, discover, readiness, lockin, report, status, rerun,
    query, cite,
):  # fmt: skip
    cli.add_command(command)


@cli.command()
@options.scenario
@click.option("--replicates", type=int, metavar="N", help="Number of replicates, instead of the scenario's.")
@click.option("--seed", type=int, metavar="S", help="Seed, instead of the scenario's.")
@options.ensemble
@options.sets
@options.engines
@options.figures("none", "summary", "all")
@options.svg
@options.stores
def run(
    terminal: Terminal, /, scenario: str, sets: tuple[str, ...], figures: str, svg: bool, **asked: Any
) -> None:
    """Run SCENARIO and store the result.

    Prints a summary and the comparison with recorded figures, draws the figures, and ends with the
    result's place. Without --out that is a new folder in results/runs.
    """
    from sim import api
    from sim.doors import reports

    (loaded,), warnings = work.read(terminal, [scenario], sets)
    with work.running(terminal, scenario) as progress:
        result = api.run(loaded, progress=progress, **asked)
    for failure in result.manifest["failed"]:
        terminal.note(f"replicate {failure['replicate']} failed: {failure['error']} (at {failure['where']})")
    reports.show_summary(terminal, result)
    reports.show_targets(terminal, result)
    drawn = work.pictures(terminal, result, "result", svg, figures)
    work.say_where(terminal, "result", drawn)
    terminal.answer(lambda: reports.run_document(result, warnings, drawn), str(result.path))


@cli.command()
@options.scenario
@options.sets
@click.option("--full", "--all", "full", cls=options.Renamed, is_flag=True,
              help="Show all values and where each was set; of an experiment all uncertainties.")
@options.modes
@click.pass_obj
def check(terminal: Terminal, scenario: str, sets: tuple[str, ...], full: bool) -> None:
    """Check SCENARIO, an experiment or a claim, without running it.

    Prints what differs from the scenario that it extends, or from the defaults, and where that was set, warnings, and
    the size of the run. Of an experiment: levers, uncertainties, design, and what it would take in runs, time and disk.
    """
    from sim import api
    from sim.doors.estimating import show_checked

    terminal.hush_compilation()
    show_checked(terminal, api.check(scenario, sets=sets), full=full)


@cli.command("list")
@click.argument("kind", metavar="[KIND]", required=False, shell_complete=complete.kinds)
@options.modes
@click.pass_obj
def list_(terminal: Terminal, kind: str | None) -> None:
    """List what there is of a kind; without one, the kinds.

    KIND is one of scenarios, experiments, claims, parameters, variants, outcomes, mechanisms, draws, data, constants,
    targets, observables, classes, places, events, terms.
    """
    from sim import api
    from sim.doors import reports

    reports.show_list(terminal, kind, api.list_(kind))


@cli.command()
@click.argument("name", metavar="[KIND] NAME", nargs=-1, required=True, shell_complete=complete.names)
@options.modes
@click.pass_obj
def explain(terminal: Terminal, name: tuple[str, ...]) -> None:
    """Explain any name that `list` prints; with a KIND (claim, parameter, ...) only what is of it.

    Meaning, unit, range, grade of the evidence, source, and where it acts.
    """
    from sim import api

    if len(name) > 2:
        raise click.UsageError("a name, or a kind and a name")
    entries = api.explain(name[-1], *name[:-1])
    terminal.answer(lambda: [asdict(entry) for entry in entries])
    for entry in () if terminal.json else entries:
        terminal.fields(f"{entry.name} ({entry.kind})", entry.fields)


@cli.command()
@options.stored
@options.picture
@options.svg
@options.stores
def plot(terminal: Terminal, /, stored: Path, what: str | None, **asked: Any) -> None:
    """Draw the figures of FOLDER, which a command has printed, or one kind alone.

    A map needs places of 1923; made-up ones lie nowhere.
    """
    from sim import api

    _print_files(terminal, api.plot(stored, what, **asked))


@cli.command()
@click.argument("what", metavar="RESULT | A [B ...]", nargs=-1, required=True, shell_complete=complete.scenarios)
@click.option("--csv", is_flag=True, help="Write the tables of RESULT as CSV.")
@click.option("--page", is_flag=True, help="Write worlds A, B, ... as one page that runs them in a browser.")
@options.ensemble
@options.sets
@options.stores
def export(
    terminal: Terminal, /, what: tuple[str, ...], csv: bool, page: bool, sets: tuple[str, ...],
    ensemble: str | None, **asked: Any,
) -> None:  # fmt: skip
    """Write the tables of a RESULT in another format, or worlds as a page.

    With --page the arguments are scenarios, the baseline first, and --out names a file (page.html). The page holds the
    engine and opens offline by double click: no install, no server, no network.
    """
    from sim import api

    if csv == page:
        raise click.UsageError("name a format: --csv of a result, or --page of scenarios")
    if page:
        asked["out"] = asked["out"] or Path("page.html")
        terminal.hush_compilation()
        _print_files(terminal, [api.export_page(*what, sets=sets, ensemble=ensemble, **asked)])
        return
    if sets or ensemble or len(what) > 1:
        reason = "--csv is of one result as it is stored; --set, --ensemble and several worlds belong to --page"
        raise click.UsageError(reason)
    _print_files(terminal, api.export(what[0], **asked))


@cli.command()
@click.argument("folders", metavar="[FOLDER ...]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--world", "worlds", multiple=True, metavar="NAME", shell_complete=complete.scenarios,
              help="Scenario to begin with, by name or file (default: appointment, election); may be repeated.")
@options.ensemble
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Port (default: any that is free).")
@options.modes
@click.pass_obj
def view(
    terminal: Terminal, /, folders: tuple[Path, ...], worlds: tuple[str, ...], port: int, ensemble: str | None
) -> None:
    """Show worlds and stored results as a page, from a server on this machine that runs until Ctrl-C.

    Scenarios and results below each FOLDER (default: results, if there is one) can be opened. Only this machine, and
    whoever has the link, can ask.
    """
    from sim import api

    usual = [Path("results")] if Path("results").is_dir() else []
    terminal.hush_compilation()

    def ready(address: str) -> None:
        terminal.note("open this link in a browser; Ctrl-C ends the server")
        terminal.answer(lambda: {"address": address}, address)
        sys.stdout.flush()  # whoever reads it through a pipe waits for it

    try:
        api.view(*(folders or usual), worlds=worlds, port=port, ready=ready, ensemble=ensemble)
    except KeyboardInterrupt:
        terminal.note("ended")


def _print_files(terminal: Terminal, files: Sequence[Path]) -> None:
    terminal.answer(lambda: {"files": files}, *map(str, files))


@cli.command()
@options.modes
@click.pass_obj
def schema(terminal: Terminal) -> None:
    """Print the JSON schema of scenario files, for editors."""
    from sim.scenario.format import schema_json

    terminal.document(schema_json())


@cli.command()
@click.argument("shell", type=click.Choice(complete.SHELLS))
@options.modes
@click.pass_obj
def completion(terminal: Terminal, shell: str) -> None:
    """Print the script that completes commands and names in SHELL.

    For bash: eval "$(skloki completion bash)"
    """
    script = complete.script(cli, NAME, shell)
    terminal.answer(lambda: {"shell": shell, "script": script}, script)


def call(arguments: Sequence[str]) -> int:
    """Carry out a command and return the exit code: 2 for a wrong request, 130 when interrupted."""
    terminal = Terminal(json="--json" in arguments)
    strange = [not_utf8(argument) for argument in arguments if not_utf8(argument)]
    if strange:
        return _refuse(terminal, [str(Problem(NAME, found=name, allowed=UTF8)) for name in strange], 2)
    try:
        look()
        code = cli.main(list(arguments), prog_name=NAME, standalone_mode=False)
        return code if isinstance(code, int) else 0
    except UserError as error:
        return _refuse(terminal, [str(problem) for problem in error.problems], 2)
    except click.ClickException as error:
        if not terminal.json and not isinstance(error, (Failed, Interrupted)):
            with suppress(OSError):
                error.show()
            return error.exit_code
        return _refuse(terminal, error.format_message().splitlines(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _refuse(terminal, ["interrupted"], INTERRUPTED)
    except Exception as error:
        # A library may have made an error of its own out of an interrupt, or of a lack of memory.
        if endings.received():
            return _refuse(terminal, ["interrupted"], INTERRUPTED)
        if lacks_memory(error):
            return _refuse(terminal, [MEMORY], FAILED)
        if isinstance(error, UnicodeEncodeError) and not_utf8(error.object):
            return _refuse(terminal, [str(Problem(NAME, found=not_utf8(error.object), allowed=UTF8))], 2)
        raise


def _refuse(terminal: Terminal, problems: Sequence[str], code: int) -> int:
    if terminal.json:
        terminal.document({"errors": problems})
    for problem in () if terminal.json else problems:
        terminal.note(problem)
    return code


def main() -> None:
    """Enter from the shell."""
    endings.listen()
    # Before numpy is there. What is solved here is small: two threads wait for each other longer than they work, ten
    # times as long where others work too, and how many there are would show in last digits.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller: nobody listens, and no file of ours may take its place
            setattr(sys, name, open(os.devnull, mode))
        reconfigure = getattr(getattr(sys, name), "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a terminal that cannot show a letter is no reason to stop
    code = call(sys.argv[1:])
    if code in (INTERRUPTED, FAILED):
        # At once: an interrupt that hit Python in the middle of an import would, on the normal way out, end the process
        # by the signal instead of the code, and so would a library that was loaded by half for want of memory.
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(code)
    try:
        sys.stderr.flush()
    except OSError:  # what nobody can read would else be tried once more at the end, and end with a code of its own
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    sys.exit(code)
