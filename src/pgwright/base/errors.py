"""Every error that pgwright raises on purpose.

    PgwrightError                      exit
    ├─ UsageError                       2    the command line or a configuration value is wrong
    │  ├─ ConfigError                   2    a setting is unknown, missing or malformed
    │  ├─ MigrationFileError            2    a migration file cannot be understood; has file, line, column
    │  ├─ QueryPlanError                2    what was given is no query plan, or only a part of one; has line
    │  ├─ WorkloadError                 2    there are no statements in what was given, or they cannot be read
    │  └─ CheckFileError                2    a file is no health check; has file and line
    ├─ ConnectError                     3    no connection, or a server that is too old
    ├─ LockNotObtained                  4    somebody holds what a step needs; names who
    ├─ StepFailed                       5    a step failed; the journal can resume or roll back
    ├─ Refused                          6    unsafe or impossible; nothing was changed
    │  └─ Unconfirmed                   6    it would destroy data, and nobody has consented
    ├─ CatalogMoved                     7    the catalog is no longer the one that was planned for
    └─ Interrupted                    130    stopped by the user; the journal is clean

An error is three sentences: what happened (`message`), what that means now (`state`), and what to type
next (`hint`). Facts are attributes, so that callers never parse text.
"""

from __future__ import annotations

from typing import ClassVar


class PgwrightError(Exception):
    """The base of the tree: `message`, `state` and `hint` are one sentence each, `hint` may be empty."""

    exit_code: ClassVar[int] = 5
    default_state: ClassVar[str] = "Nothing was changed."

    def __init__(self, message: str, *, state: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.state = self.default_state if state is None else state
        self.hint = hint

    @property
    def name(self) -> str:
        """The class name: what `--format json` puts under `error.name`."""
        return type(self).__name__

    def __str__(self) -> str:
        return "\n".join(part for part in (self.message, self.state, self.hint) if part)


class UsageError(PgwrightError):
    """The command line asks for something that does not exist or does not fit together."""

    exit_code = 2


class ConfigError(UsageError):
    """A setting is unknown, missing or malformed."""


class MigrationFileError(UsageError):
    """A migration file cannot be understood. `line` and `column` are 1-based and count characters."""

    def __init__(
        self,
        message: str,
        *,
        file: str,
        line: int | None = None,
        column: int | None = None,
        excerpt: str = "",
        hint: str = "",
    ) -> None:
        place = file if line is None else f"{file}:{line}:{column}"
        text = f"{place}: {message}" + (f"\n{excerpt}" if excerpt else "")
        super().__init__(text, hint=hint)
        self.file = file
        self.line = line
        self.column = column
        self.excerpt = excerpt


class QueryPlanError(UsageError):
    """What was given cannot be read as a query plan. `line` is 1-based, None where no line is to blame."""

    def __init__(self, message: str, *, line: int | None = None, hint: str = "") -> None:
        super().__init__(message if line is None else f"Line {line}: {message}", hint=hint)
        self.line = line


class WorkloadError(UsageError):
    """Statements that people run cannot be read from a server, a log or a file, or there are none."""


class CheckFileError(UsageError):
    """A `.sql` file is no health check. `line` is 1-based, None where the whole file is to blame."""

    def __init__(self, message: str, *, file: str, line: int | None = None, hint: str = "") -> None:
        place = file if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {message}.", hint=hint)
        self.reason = message
        self.file = file
        self.line = line


class ConnectError(PgwrightError):
    """No connection could be made, or the server is older than PostgreSQL 14."""

    exit_code = 3


class LockNotObtained(PgwrightError):
    """A lock was not obtained inside its budget. `blockers` names who held it."""

    exit_code = 4

    def __init__(
        self, message: str, *, blockers: tuple[str, ...] = (), state: str | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, state=state, hint=hint)
        self.blockers = blockers


class StepFailed(PgwrightError):
    """A step failed. `step` is its id, `sqlstate` what the server said, if it was the server."""

    exit_code = 5
    default_state = "The journal holds the state after the last finished step."

    def __init__(
        self, message: str, *, step: str = "", sqlstate: str | None = None, state: str | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, state=state, hint=hint)
        self.step = step
        self.sqlstate = sqlstate


class Refused(PgwrightError):
    """Unsafe, unconfirmed or impossible. `reasons` has one sentence each."""

    exit_code = 6

    def __init__(
        self, message: str, *, reasons: tuple[str, ...] = (), state: str | None = None, hint: str = ""
    ) -> None:
        text = message + "".join(f"\n  - {reason}" for reason in reasons)
        super().__init__(text, state=state, hint=hint)
        self.reasons = reasons


class Unconfirmed(Refused):
    """A step would destroy data for ever, and nobody has consented. `object` is the name that a person types to
    consent, `consent` the word that does it as data (`allow={"destructive"}`)."""

    consent: ClassVar[str] = "destructive"

    def __init__(
        self, message: str, *, object: str, reasons: tuple[str, ...] = (), state: str | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, reasons=reasons, state=state, hint=hint)
        self.object = object


class CatalogMoved(PgwrightError):
    """Definitions of touched relations or of their dependents changed since the plan was made, or past pgwright."""

    exit_code = 7


class Interrupted(PgwrightError):
    """The user asked to stop; the batch under way was ended and the journal is clean."""

    exit_code = 130
    default_state = "The journal holds the state after the last finished batch."
