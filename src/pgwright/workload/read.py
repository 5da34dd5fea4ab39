"""Opens a workload, wherever it is: a server, logs, a file, or their text. What a file is, its content says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psycopg

from ..base.errors import WorkloadError
from . import counted, snapshot, sql_file
from .extension import Connection
from .log import reading as log
from .log.lines import Opened, opened
from .values import Origin, Reason, Workload

_KINDS = "pgwright reads server logs (stderr, csvlog, jsonlog, also .gz) and .sql files with queries."
_EMPTY = {
    Origin.SERVER: "Let the application run for a while, then run the same command again. " + snapshot.OTHERWISE,
    Origin.LOG: "A log has statements with log_min_duration_statement = 0 (or a limit in milliseconds), or with "
    "auto_explain.",
    Origin.FILE: "Write queries into it, each with a semicolon at its end.",
}


def read(source: Connection | Path | Sequence[Path] | str, *, database: str = "") -> Workload:
    """The workload of a server (what pg_stat_statements knows of its database), of a file, of several logs, or of a
    text. Of logs only what ran in `database` counts, where one is named and a line says its own.

    Raises WorkloadError where there is no statement in it or it cannot be read, MigrationFileError for a mistake in a
    `.sql` file, and our translation of what a server says.
    """
    if isinstance(source, psycopg.Connection):
        found = counted.whole(snapshot.take(source))
    elif isinstance(source, str):
        found = _of_files([opened(source)], database)
    else:
        paths = [source] if isinstance(source, Path) else list(source)
        if not paths:
            raise WorkloadError("No file was given.", hint=_KINDS)
        found = _of_files([opened(path) for path in paths], database)
    if not found.statements:
        raise _empty(found)
    return found


def _of_files(files: Sequence[Opened], database: str) -> Workload:
    """Logs are read one after the other as one; a `.sql` file stands alone."""
    kinds = {each.name: log.form_of(each) for each in files}
    if all(kinds.values()):
        return log.read(files, database=database)
    for each in files:
        if not each.head.strip():
            raise WorkloadError(f"{each.name} is empty.", hint=_KINDS)
    if any(kinds.values()):
        strange = next(name for name, kind in kinds.items() if not kind)
        raise WorkloadError(f"{strange} is no log, and the others are.", hint="Give logs only, or one .sql file.")
    if len(files) > 1:
        raise WorkloadError("Several files can be read as one when they are logs.", hint="Give one .sql file.")
    [only] = files
    return sql_file.read(only.text(), file=only.name)


def _empty(found: Workload) -> WorkloadError:
    """Nothing is left: what was there instead is named."""
    where = {Origin.SERVER: "pg_stat_statements knows", Origin.LOG: "The log has", Origin.FILE: "The file has"}
    seen = [f"{calls:,} {reason.value}" for reason, calls in found.counted().items()]
    told = f" It has {'; '.join(seen)}." if seen else ""
    hint = _EMPTY[found.origin]
    if Reason.HIDDEN in found.counted():
        hint = "GRANT pg_read_all_stats TO the role that pgwright connects as, and run the same command again."
    return WorkloadError(f"{where[found.origin]} no statement of an application.{told}", hint=hint)
