"""The queries that `plans save` and `plans gate` are given: SQL files, folders of them, and saved plans."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..base.errors import QueryPlanError, Refused, UsageError
from ..diagnose.history import baseline as baseline_file
from ..diagnose.history import queries
from ..diagnose.history.baseline import Baseline
from ..diagnose.history.measured import Measured, from_plans
from ..diagnose.history.queries import Query
from ..diagnose.query_plan import read

FOLDER = Path("queries")
"""Where queries are looked for when none are named."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """What was given: queries to be run, and plans of queries that somebody ran before. All names differ."""

    queries: tuple[Query, ...]
    saved: tuple[Measured, ...]

    @property
    def places(self) -> dict[str, str]:
        """Where each query stands, as `file:line`."""
        return {query.name: f"{query.file}:{query.line}" for query in self.queries}


def given(paths: Sequence[Path]) -> Given:
    """The queries in `paths`, which are `.sql` files, folders with such files at any depth, and files of saved plans;
    without any those of the folder `queries`. Raises UsageError, which names the file."""
    found: list[Query] = []
    saved: list[Measured] = []
    for path in paths or (FOLDER,):
        if path.is_dir():
            found += _of_folder(path)
        elif path.suffix.lower() == ".sql":
            found += queries.read(text(path), file=str(path), stem=path.stem)
        else:
            saved += plans(path)
    queries.check_names(tuple(found))
    _check_saved(found, saved)
    if not found and not saved:
        where = ", ".join(map(str, paths or (FOLDER,)))
        raise UsageError(f"There is no query in {where}.", hint="Write each query as a statement of a .sql file.")
    return Given(queries=tuple(found), saved=tuple(saved))


def _of_folder(folder: Path) -> Iterator[Query]:
    """The queries of all `.sql` files below a folder; the path below it is part of their names."""
    files = sorted(path for path in folder.rglob("*.sql") if path.is_file())
    if not files:
        raise UsageError(
            f"There is no .sql file in the folder {folder}.",
            hint="Write each query as a statement of a .sql file, or name the files themselves.",
        )
    for path in files:
        stem = path.relative_to(folder).with_suffix("").as_posix()
        yield from queries.read(text(path), file=str(path), stem=stem)


def _check_saved(found: Iterable[Query], saved: Iterable[Measured]) -> None:
    seen = {query.name for query in found}
    for query in saved:
        if query.name in seen:
            raise UsageError(
                f"There are two queries called {query.name}.",
                hint="Give one of the files another name.",
            )
        seen.add(query.name)


def plans(path: Path) -> tuple[Measured, ...]:
    """The plans in a file, called as it and numbered from the second on; of a baseline its queries."""
    content = text(path)
    if _says_baseline(content):
        return baseline_file.from_text(content, file=str(path)).queries
    try:
        found = read.plans(content)
    except QueryPlanError as error:
        raise UsageError(f"{path}: {error.message}", hint=error.hint) from error
    names = [path.stem if number == 1 else f"{path.stem}:{number}" for number in range(1, len(found) + 1)]
    return tuple(from_plans(name, plan.query, [plan]) for name, plan in zip(names, found, strict=True))


def _says_baseline(content: str) -> bool:
    try:
        return baseline_file.is_baseline(json.loads(content))
    except (ValueError, RecursionError):
        return False


def baseline(path: Path) -> Baseline:
    """The baseline in a file; raises UsageError where there is none."""
    return baseline_file.from_text(text(path, hint=f"pgwright plans save -o {path} makes it."), file=str(path))


def text(path: Path, *, hint: str = "") -> str:
    """What the file holds; raises UsageError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        message, otherwise = f"There is no file {path}.", "Name .sql files, a folder of them, or saved plans."
        raise UsageError(message, hint=hint or otherwise) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: the file is not UTF-8: {error}.", hint="Save it as UTF-8, then try again."
        ) from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}.") from error


def refused(failures: Sequence[str]) -> Refused:
    """The error for queries that could not be explained, one sentence each."""
    what = "One query" if len(failures) == 1 else f"{len(failures)} queries"
    return Refused(
        f"{what} could not be explained.",
        reasons=tuple(failures),
        state="Nothing was written; what was executed was rolled back.",
        hint="Correct the statements or take them out, then run the same command again.",
    )
