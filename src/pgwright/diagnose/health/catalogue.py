"""All checks there are: ours, found by the registry, and the `.sql` files of a folder that a DBA keeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ...base import registry
from ...base.errors import UsageError
from ...connect.session import Connection
from ...sql.quote import ident
from . import sql_check
from .checks._check import Counting, Hidden, Said, Threshold
from .checks._needs import Need
from .checks._seen import Row, Seen, Server

KIND = "diagnose.health.checks"
_EXTENSION = re.compile(r"@(\w+)@")
FOLDER = registry.ROOT.joinpath(*KIND.split("."))


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check. `title` is the sentence that says what it looks for. `query` gives the text for a server; `needs` must
    be met, of `better` those that are not are said. `file` is where a DBA's own check stands, empty for ours; `plain`
    queries take no values, and a % in them is a %. A check that rests on what another room reads (`room`) has its rows
    from there, by `of_room`, and no query. `suspects` gives the values for a second query, which is dear, or None where
    nothing is suspicious or nothing can be measured; it is `NAME.measured.sql` of the check called `measuring`."""

    name: str
    title: str
    query: Callable[[Server], str]
    look: Callable[[Seen], Iterable[Said]]
    needs: tuple[Need, ...] = ()
    better: tuple[Need, ...] = ()
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    counting: Counting | None = None
    file: str = ""
    plain: bool = False
    room: Callable[[Connection], Any] | None = None
    of_room: Callable[[Any], Sequence[Row]] | None = None
    suspects: Callable[[Seen], Mapping[str, Any] | None] | None = None
    measuring: str = ""

    def unmet(self, server: Server) -> Hidden | None:
        """Why the check cannot be made there; None where it can."""
        return next((hidden for need in self.needs if (hidden := need(server)) is not None), None)


def names() -> tuple[str, ...]:
    """The names of our own checks, sorted."""
    alone = {path.name.partition(".")[0] for path in FOLDER.glob("*.sql")}
    return tuple(sorted({*registry.names(KIND), *alone}))


def checks(folders: Sequence[Path] = ()) -> tuple[Check, ...]:
    """Our checks and those of `folders`, by name. Raises CheckFileError for a file that is no check, and UsageError for
    a folder that cannot be read or a name that is taken."""
    found = {name: _ours(name) for name in names()}
    for folder in folders:
        for check in _of(folder):
            if check.name in found:
                other = found[check.name].file or "a check of pgwright"
                raise UsageError(f"{check.file}: there is {other} of this name.", hint="Give the file another name.")
            found[check.name] = check
    return tuple(found[name] for name in sorted(found))


def chosen(known: Sequence[Check], asked: Sequence[str]) -> tuple[Check, ...]:
    """The checks that were asked for by name, all where none was. Raises UsageError for a name that is none."""
    by_name = {check.name: check for check in known}
    for name in asked:
        if name not in by_name:
            near = get_close_matches(name, by_name, n=2)
            hint = f"Did you mean {' or '.join(near)}?" if near else "`pgwright health --list` lists all checks."
            raise UsageError(f"There is no check {name}.", hint=hint)
    return tuple(check for check in known if not asked or check.name in asked)


def _ours(name: str) -> Check:
    if name not in registry.names(KIND):
        return _alone(FOLDER / f"{name}.sql", file="")
    module = registry.load(KIND, name)
    return Check(
        name=name,
        title=" ".join((module.__doc__ or "").partition("\n\n")[0].split()),
        query=lambda server: query(name, server),
        room=getattr(module, "ROOM", None),
        of_room=getattr(module, "rows", None),
        suspects=getattr(module, "suspects", None),
        measuring=getattr(module, "MEASURING", name),
        look=module.look,
        needs=getattr(module, "NEEDS", ()),
        better=getattr(module, "BETTER", ()),
        thresholds=getattr(module, "THRESHOLDS", {}),
        counting=getattr(module, "COUNTING", None),
    )


def query(name: str, server: Server, part: str = "") -> str:
    """The query of one of our checks for a server: `NAME.sql`, or `NAME.17.sql` for 17 and newer where there is one;
    with `part` that of its second query. `@extension@` in it becomes the schema of that extension."""
    if part:
        return _filled((FOLDER / f"{name}.{part}.sql").read_text(encoding="utf-8"), server)
    newer = (number for number in range(server.major, 13, -1) if (FOLDER / f"{name}.{number}.sql").exists())
    number = next(newer, None)
    path = FOLDER / (f"{name}.sql" if number is None else f"{name}.{number}.sql")
    return _filled(path.read_text(encoding="utf-8"), server)


def _filled(text: str, server: Server) -> str:
    return _EXTENSION.sub(lambda match: ident(server.extensions[match[1]]), text)


def _alone(path: Path, *, file: str) -> Check:
    """A `.sql` that is a check by itself."""
    read = sql_check.read(path)
    return Check(
        name=path.stem,
        title=read.title,
        query=lambda _: read.query,
        look=read.look,
        needs=(read.need,),
        file=file,
        plain=True,
    )


def _of(folder: Path) -> list[Check]:
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder of checks.", hint="`--checks DIR` names one.")
    return [_alone(path, file=str(path)) for path in sorted(folder.glob("*.sql"))]
