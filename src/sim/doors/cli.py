"""The command ``skloki``: a thin door. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

import sim
from sim.api import look
from sim.doors import completion as complete
from sim.doors import endings, options
from sim.doors.calibrating import calibrate
from sim.doors.checking import check
from sim.doors.claiming import claims
from sim.doors.comparing import compare
from sim.doors.endings import FAILED, INTERRUPTED, Failed, Interrupted, lacks_memory
from sim.doors.inferring import discover, sensitivity
from sim.doors.listing import explain, list_
from sim.doors.looking import lookfor
from sim.doors.publishing import cite, export, plot, report
from sim.doors.readying import lockin, readiness
from sim.doors.running import run
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
    run, check, list_, explain, compare, trace, sweep, status, rerun, query, calibrate, claims, lookfor, sensitivity,
    discover, readiness, lockin, plot, export, report, cite,
):  # fmt: skip
    cli.add_command(command)


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
