"""pgroll, as a peer to measure against: built once from the Go module proxy, driven as its own documentation says.

Its documentation: a table belongs to a first migration, an application names one version schema as its search_path and
never `public`, `start` is given while the old version works, `complete` when that has left. Nothing of pgroll is in
this repository; the program lies in `.cache/peer/`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pgwright.server.private import PrivateServer

from .load import ROOT

MODULE, VERSION = "github.com/xataio/pgroll", "v0.16.2"
CACHE = ROOT / ".cache" / "peer"
BUILD_SECONDS = 600
RUN_SECONDS = 3600
FIRST = "01_accounts"
CREATE = """
operations:
  - create_table:
      name: accounts
      columns:
        - {name: id, type: bigint, pk: true}
        - {name: name, type: text, nullable: true}
        - {name: balance, type: bigint, nullable: true}
        - {name: note, type: text, nullable: true}
"""


class Unbuilt(Exception):
    """It could not be built; the text says what was tried."""


@dataclass(frozen=True, kw_only=True)
class Pgroll:
    """The program, and the database it works on."""

    program: Path
    url: str

    def run(self, *words: str, folder: Path | None = None) -> float:
        """Runs one command of it; returns the seconds. Raises RuntimeError with what it said."""
        command = [str(self.program), "--postgres-url", self.url, *words]
        started = time.monotonic()
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_SECONDS,
        )
        if done.returncode:
            raise RuntimeError(f"pgroll {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return time.monotonic() - started

    def migrate(self, name: str, text: str, *options: str) -> float:
        """`start` of a migration of that name; returns the seconds."""
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / f"{name}.yaml").write_text(text, encoding="utf-8")
            return self.run("start", f"{name}.yaml", *options, folder=Path(place))

    def prepare(self) -> None:
        """An empty database becomes one of pgroll, with the table in its first migration."""
        self.run("init")
        self.migrate(FIRST, CREATE, "--complete")


def path_of(version: str) -> str:
    """What an application of that version says first."""
    return f'SET search_path = "public_{version}"'


def url(running: PrivateServer, name: str) -> str:
    """How Go's driver reaches a database over the socket."""
    host = quote(str(running.folder), safe="")
    return f"postgres://postgres@:{running.port}/{quote(name)}?host={host}&sslmode=disable"


def program() -> Path:
    """Where the program lies once it was built."""
    return CACHE / f"pgroll-{VERSION}"


def build() -> Path:
    """The program; raises Unbuilt where there is no Go, or where it does not get the module."""
    if program().exists():
        return program()
    go = shutil.which("go")
    if go is None:
        raise Unbuilt("Go is not installed, so pgroll was not built.")
    CACHE.mkdir(parents=True, exist_ok=True)
    tried: list[str] = []
    with tempfile.TemporaryDirectory(dir=CACHE) as place:
        made = Path(place) / "pgroll"
        for way in (_install, _inside):
            error = way(go, Path(place))
            if error is None and made.exists():
                made.replace(program())
                return program()
            tried.append(error or "nothing was made")
    raise Unbuilt(f"pgroll {VERSION} could not be built. Tried: {'; '.join(tried)}")


def _install(go: str, place: Path) -> str | None:
    """As its documentation says; a proxy that does not list versions refuses it."""
    return _go([go, "install", f"{MODULE}@{VERSION}"], place, place)[0]


def _inside(go: str, place: Path) -> str | None:
    """In its own module, with the versions that it pins itself."""
    error, said = _go([go, "mod", "download", "-json", f"{MODULE}@{VERSION}"], place, place)
    if error is not None:
        return error
    return _go([go, "build", "-o", str(place / "pgroll"), "."], Path(json.loads(said)["Dir"]), place)[0]


def _go(command: Sequence[str], folder: Path, place: Path) -> tuple[str | None, str]:
    """The error, None where it went well, and what was said on standard output."""
    environment = {**os.environ, "GOBIN": str(place)}
    words = " ".join(["go", *command[1:]]).replace(str(place), ".")
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"`{words}` did not end within {BUILD_SECONDS} s", ""
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return f"`{words}`: {lines[-1].strip() if lines else 'no message'}", done.stdout
    return None, done.stdout
