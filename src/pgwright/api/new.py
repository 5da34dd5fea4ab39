"""Makes the next migration file."""

from __future__ import annotations

import re
from pathlib import Path

from ..base.errors import UsageError
from ..config import Settings

_NUMBERED = re.compile(r"(\d+)_")
_LONGEST = 200  # bytes of a file name that every file system takes, with some to spare

_TEMPLATE = """\
-- {title}
-- Plain PostgreSQL DDL, as one would write it if downtime did not matter; pgwright plan shows what it becomes.
"""


def new(settings: Settings, name: str, statements: str = "") -> Path:
    """Makes `NNNN_name.sql` with the number after the highest one and returns its path. With `statements` these stand
    in it, in the place of the line that says what to write. Raises UsageError for a name that cannot be part of a file
    name, and when the file cannot be written."""
    stem = _stem(name)
    folder = settings.migrations
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{_next_number(folder)}_{stem}.sql"
        with path.open("x", encoding="utf-8") as file:
            title = " ".join(name.split())
            file.write(f"-- {title}\n{statements.rstrip()}\n" if statements else _TEMPLATE.format(title=title))
    except OSError as error:
        raise UsageError(f"The file cannot be made in {folder}: {error.strerror}.") from error
    return path


def _stem(name: str) -> str:
    """`name` with spaces and dashes as underscores: letters of any language, digits and underscores."""
    stem = re.sub(r"[\s\-]+", "_", name.strip()).strip("_")
    stem = stem.removesuffix(".sql")
    if not re.fullmatch(r"\w+", stem):
        raise UsageError(
            f"{name!r} cannot be the name of a migration.", hint="Use letters, digits, spaces, dashes and underscores."
        )
    if len(stem.encode()) > _LONGEST:
        raise UsageError(f"The name has {len(stem.encode())} bytes; {_LONGEST} is the most.")
    return stem


def _next_number(folder: Path) -> str:
    """The highest number of the folder plus one, as wide as that, at least four digits."""
    found = [match[1] for path in folder.glob("*.sql") if (match := _NUMBERED.match(path.name))]
    highest = max(found, key=int, default="0000")
    return f"{int(highest) + 1:0{max(len(highest), 4)}d}"
