"""Print the page of an operation, directive, command or error; without NAME list them all.

The pages are part of the program: they are about the version that is installed, and need no network.

Example:
    pgwright docs
    pgwright docs rename_column
    pgwright docs config show
    pgwright docs 4
"""

from __future__ import annotations

import sys

import rich_click as click

from ...base.errors import UsageError
from ..folder import Command
from ..output import write


@click.command(cls=Command)
@click.argument("name", nargs=-1, metavar="[NAME]")
def command(name: tuple[str, ...]) -> None:
    """Print one page, or the list."""
    from ..pages import find

    if not name:
        write(sys.stdout, _list())
        return
    wanted = " ".join(name)
    page = find(wanted)
    if page is None:
        raise UsageError(f"There is no page {wanted!r}.", hint=_nearest(wanted))
    write(sys.stdout, page.markdown)


def _list() -> str:
    """All pages, by kind, each with its first line."""
    from ...render.layout import pad, wrap
    from ..pages import pages

    lines: list[str] = []
    found = list(pages())
    size = max(len(page.name) for page in found)
    for kind in dict.fromkeys(page.kind for page in found):
        lines += ([""] if lines else []) + [f"{kind.capitalize()}s"]
        for page in found:
            if page.kind == kind:
                first, *more = wrap(" ".join(page.title.split()), 76 - size)
                lines += [f"  {pad(page.name, size)}  {first}", *(" " * (size + 4) + line for line in more)]
    return "\n".join(lines) + "\n"


def _nearest(wanted: str) -> str:
    """Which pages may have been meant, and the list."""
    from difflib import get_close_matches

    from ..pages import pages

    names = [page.name for page in pages()]
    by_lower = {name.lower(): name for name in names}
    near = [by_lower[match] for match in get_close_matches(wanted.lower(), by_lower, n=3)]
    listed = "Pages: " + ", ".join(names) + "."
    return f"Did you mean {' or '.join(near)}?\n{listed}" if near else listed
