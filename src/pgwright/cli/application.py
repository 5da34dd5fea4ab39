"""The root of the command line, and the one place where errors become three sentences and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import rich_click as click
from click.exceptions import Exit

from ..base.errors import Interrupted, PgwrightError, UsageError
from .folder import Folder
from .output import as_json, colored, prepare_streams, silence, write

HELP = """Change a live PostgreSQL schema while the application keeps running.

Write the change as plain SQL, look at the plan, expand, move the application over, contract; rollback works until
then. pgwright try shows all of it on a private server. pgwright docs NAME explains a command, operation or error."""

BUG = 70
"""The exit code of an error that pgwright did not expect: a defect, never a state of the database."""


class Root(Folder):
    """The command `pgwright` itself."""

    def __init__(self) -> None:
        super().__init__("cli.commands", "pgwright", HELP)
        self.params.append(
            click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version,
                         help="Show the version and exit.")
        )  # fmt: skip


def _version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from .. import __version__

        write(sys.stdout, f"pgwright {__version__}\n")
        context.exit()


def run(arguments: list[str]) -> int:
    """Runs one command line and returns its exit code. Everything that can go wrong ends here."""
    prepare_streams()
    try:
        code = _invoke(arguments)
        sys.stdout.flush()  # --help leaves its text in the buffer: a reader that went away must be noticed in here
        return code
    except PgwrightError as error:
        return report(error, arguments)
    except click.ClickException as error:
        return report(_usage(error), arguments)
    except (KeyboardInterrupt, click.Abort):
        return report(Interrupted("Interrupted.", state="Nothing was changed."), arguments)
    except BrokenPipeError:
        silence(sys.stdout)
        return 0
    except Exception as error:  # noqa: BLE001 - a defect: reported as one, with its traceback under -v
        return _unexpected(error, arguments)


def _invoke(arguments: list[str]) -> int:
    """Parses and calls. click's own exit codes are kept (0 after --help)."""
    root = Root()
    root._main_shell_completion({}, "pgwright", None)
    try:
        with root.make_context("pgwright", arguments) as context:
            result = root.invoke(context)
    except Exit as ending:
        return ending.exit_code
    return result if isinstance(result, int) else 0


def report(error: PgwrightError, arguments: Sequence[str]) -> int:
    """Writes `error` for a person on stderr and, under a JSON format, as an object on stdout. Returns its code."""
    from ..render.error_text import error_document, error_text
    from ..render.layout import Style

    form = asked(arguments, "--format", "text")
    style = Style(on=colored(asked(arguments, "--color", "auto"), sys.stderr))
    write(sys.stderr, error_text(error, style=style))
    if form in ("json", "jsonl"):
        write(sys.stdout, as_json(error_document(error), sys.stdout, line=form == "jsonl"))
    return error.exit_code


def asked(arguments: Sequence[str], option: str, default: str) -> str:
    """The value that the raw arguments give to `option`: errors of parsing itself must know it too."""
    value = default
    for number, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == option and number + 1 < len(arguments):
            value = arguments[number + 1]
        elif argument.startswith(option + "="):
            value = argument.partition("=")[2]
    return value


def _usage(error: click.ClickException) -> UsageError:
    """Errors of click in our words and in the same three sentences."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "pgwright"
    hint = f"{path} --help shows what may stand there."
    if isinstance(error, click.NoSuchOption) and isinstance(getattr(context, "command", None), Root):
        hint = "Options stand after the command, as in pgwright plan --dsn …; pgwright --help lists the commands."
    return UsageError(error.format_message(), hint=hint)


def _unexpected(error: Exception, arguments: Sequence[str]) -> int:
    """A defect. The traceback is for -v; without it one sentence says how to get it."""
    known = _driver_error(error)
    if known is not None:
        return report(known, arguments)
    verbose = any(argument == "--verbose" or _is_v(argument) for argument in arguments)
    if verbose:
        from traceback import format_exception

        write(sys.stderr, _without_passwords("".join(format_exception(error))))
    return report(_Defect(_without_passwords(f"Unexpected {type(error).__name__}: {error}")), arguments)


class _Defect(PgwrightError):
    """What `run` makes of an exception that is none of ours."""

    exit_code = BUG
    default_state = "This is a defect in pgwright. pgwright status tells in which state the migrations are."

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="Please report it with the output of the same command with -v.")

    @property
    def name(self) -> str:
        """The name under `--format json`."""
        return "UnexpectedError"


def _is_v(argument: str) -> bool:
    return argument.startswith("-v") and not argument.strip("-v")


def _driver_error(error: Exception) -> PgwrightError | None:
    """The translation of a driver error that came through, without importing the driver for it."""
    driver = sys.modules.get("psycopg")
    if driver is None or not isinstance(error, driver.Error):
        return None
    from ..connect import translate

    return translate(error, state="The state of the migrations is what pgwright status says.")


def _without_passwords(text: str) -> str:
    from ..connect import redact

    return redact(text)
