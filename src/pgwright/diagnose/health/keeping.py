"""Looks as a file on this machine: one for each database, in the user's folder for state.

A look holds oids and counters, no rows, no statements and no password. The file is written whole or not at all; of two
runs at once the last one's is kept. What cannot be read is begun anew and said, for it only costs a comparison.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .looks import Look

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The looks of a file, and a sentence where it could not be read."""

    looks: tuple[Look, ...] = ()
    note: str = ""


def folder(environ: Mapping[str, str]) -> Path:
    """Where state is kept when nothing else is said: below XDG_STATE_HOME, else ~/.local/state."""
    given = environ.get("XDG_STATE_HOME", "")
    base = Path(given) if given and Path(given).is_absolute() else Path.home() / ".local" / "state"
    return base / "pgwright" / "health"


def file(place: Path, identity: str) -> Path:
    """The file of a database; `identity` tells it from all others, also from its own standbys."""
    return place / f"{hashlib.sha256(identity.encode()).hexdigest()[:24]}.json"


def read(path: Path) -> Kept:
    """The looks in a file, none where there is no file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != VERSION:
            return Kept(note=f"{path} is of another version of pgwright; it is begun anew.")
        return Kept(looks=tuple(_look(each) for each in document["looks"]))
    except FileNotFoundError:
        return Kept()
    except OSError as error:
        return Kept(note=f"{path} cannot be read: {error.strerror}. There is nothing to compare with.")
    except (ValueError, KeyError, TypeError, AttributeError):
        return Kept(note=f"{path} is damaged; it is begun anew.")


def write(path: Path, looks: Sequence[Look]) -> str:
    """Writes the file, for its owner only. Returns a sentence where it could not be written, else ""."""
    document = {"version": VERSION, "looks": [_document(look) for look in looks]}
    beside: str | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, beside = tempfile.mkstemp(prefix=".look-", dir=path.parent)
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            json.dump(document, stream, separators=(",", ":"))
        Path(beside).replace(path)
        return ""
    except OSError as error:
        if beside is not None:
            with contextlib.suppress(OSError):
                Path(beside).unlink()
        return f"{path} cannot be written: {error.strerror}. The next run has nothing to compare with."


def _document(look: Look) -> dict[str, Any]:
    return {"at": look.at, "epoch": look.epoch, "rows": look.rows}


def _look(document: Mapping[str, Any]) -> Look:
    """Raises KeyError, TypeError or ValueError for what is none."""
    rows = {str(name): tuple(tuple(row) for row in each) for name, each in document["rows"].items()}
    return Look(at=float(document["at"]), epoch=str(document["epoch"]), rows=rows)
