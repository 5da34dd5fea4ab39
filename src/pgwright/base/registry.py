"""Finds the files of a *kind* (operations, commands, rules, …) by path, and imports one by name.

A kind is a folder; an item is a `.py` file or a folder in it whose name does not begin with `_`. The stem is
the name of the item everywhere; a Python keyword takes a trailing `_`, which is not part of the name. Nothing
is registered by hand, and nothing else in pgwright calls `import_module`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent


@cache
def names(kind: str) -> tuple[str, ...]:
    """The names of all items of `kind`, sorted. `kind` is a dotted folder below `pgwright`, as `cli.commands`."""
    folder = ROOT.joinpath(*kind.split("."))
    stems = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    return tuple(sorted(stem.rstrip("_") for stem in stems if not stem.startswith("_")))


def load(kind: str, name: str) -> ModuleType:
    """The module of the item `name` of `kind`; raises KeyError when there is no such item."""
    if name not in names(kind):
        raise KeyError(name)
    folder = ROOT.joinpath(*kind.split("."))
    stem = name if (folder / f"{name}.py").exists() or (folder / name).is_dir() else f"{name}_"
    return import_module(f"pgwright.{kind}.{stem}")


def class_name(stem: str) -> str:
    """The name of the class that an item `stem` defines: `rename_column` → `RenameColumn`."""
    return "".join(part.capitalize() for part in stem.split("_"))
