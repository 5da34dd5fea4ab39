"""Writes docs/reference from the program: `python -m pgwright.cli.reference FOLDER [--check]`.

With `--check` nothing is written, and the exit code is 1 when a file is missing, stale or left over.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..base.event import Event
from ..render.documents import DOCUMENTS
from ..render.schema import events_schema, schema
from .pages import Page, find, pages

_MADE = "<!-- Made by `make docs` from the program's own docstrings. -->\n\n"
_FOLDERS = {"operation": "operations", "sign": "signs", "check": "checks", "command": "commands"}


def files() -> Mapping[str, str]:
    """All files of the reference: their path below docs/reference, and their text."""
    made: dict[str, str] = {}
    for page in pages(*_FOLDERS):
        made[_path(page)] = _MADE + (find(page.name) or page).markdown
    made["directives.md"] = _MADE + "# Directives\n\n" + "\n".join(_section(page) for page in pages("directive"))
    made["errors.md"] = _MADE + "# Errors\n\n" + "\n".join(_section(page) for page in pages("error"))
    codes = next(pages("exit code"))
    made["exit-codes.md"] = _MADE + "# Exit codes\n\n" + codes.title + "\n\n" + codes.body + "\n"
    for name, document in DOCUMENTS.items():
        made[f"schemas/{name}.json"] = json.dumps(schema(document), indent=2, ensure_ascii=False) + "\n"
    made["schemas/event.json"] = json.dumps(events_schema(Event.__subclasses__()), indent=2) + "\n"
    made["README.md"] = _MADE + _index()
    return made


def _path(page: Page) -> str:
    return f"{_FOLDERS[page.kind]}/{page.name.replace(' ', '-')}.md"


def _section(page: Page) -> str:
    return f"## {page.name}\n\n{page.title}\n\n{page.body}\n"


def _index() -> str:
    """The list of all that is here."""
    lines = ["# Reference", "", "The same pages are printed by `pgwright docs NAME`."]
    for kind, folder in _FOLDERS.items():
        lines += ["", f"## {folder.capitalize()}", ""]
        lines += [f"- [{page.name}]({_path(page)}): {' '.join(page.title.split())}" for page in pages(kind)]
    lines += [
        "",
        "## Directives",
        "",
        "- [Directives](directives.md): what DDL has no word for, said above a statement",
    ]
    lines += ["", "## Errors and exit codes", "", "- [Errors](errors.md)", "- [Exit codes](exit-codes.md)"]
    lines += ["", "## JSON", "", "Schemas of what `--format json` prints:", ""]
    lines += [f"- [{name}](schemas/{name}.json)" for name in DOCUMENTS]
    lines += ["- [event](schemas/event.json): the lines before the last one under `--format jsonl`"]
    return "\n".join(lines) + "\n"


def differences(folder: Path) -> tuple[str, ...]:
    """The files below `folder` that are not what `files` gives, one sentence each."""
    made = files()
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    stale = [name for name in made if name in found and (folder / name).read_text(encoding="utf-8") != made[name]]
    return (
        *(f"{name} is missing" for name in sorted(set(made) - found)),
        *(f"{name} is stale" for name in stale),
        *(f"{name} is left over" for name in sorted(found - set(made))),
    )


def write(folder: Path) -> None:
    """Makes `folder` exactly what `files` gives."""
    made = files()
    for path in list(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).as_posix() not in made:
            path.unlink()
    for name, text in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def main(arguments: Iterable[str]) -> int:
    """The command of this module."""
    given = list(arguments)
    check = "--check" in given
    folder = next((Path(argument) for argument in given if argument != "--check"), Path("docs/reference"))
    if not check:
        write(folder)
        return 0
    wrong = differences(folder)
    for sentence in wrong:
        sys.stdout.write(f"{folder}: {sentence}; run make docs\n")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
