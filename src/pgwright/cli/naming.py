"""What a user may call a migration: its stem, its number, or the path of its file. The engine knows stems only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..base.errors import UsageError


def stems(names: Sequence[str], folder: Path) -> tuple[str, ...]:
    """The stems that `names` mean. A number is looked for among the files of `folder`; raises UsageError when two have
    it. What is no number and no path is taken for a stem, known or not: that is for the engine to say."""
    return tuple(dict.fromkeys(_stem(name, folder) for name in names))


def _stem(name: str, folder: Path) -> str:
    if name.endswith(".sql"):
        return Path(name).stem
    if not (name.isascii() and name.isdigit()):
        return name
    numbered = ((path.stem.partition("_")[0], path.stem) for path in sorted(folder.glob("*.sql")))
    found = [stem for number, stem in numbered if number.isascii() and number.isdigit() and int(number) == int(name)]
    if len(found) > 1:
        raise UsageError(f"{' and '.join(found)} have the number {name}.", hint="Give the whole name.")
    return found[0] if found else name
