"""What every page has in common: one file, in which nothing comes from elsewhere and nothing can.

Names of objects and texts of statements are somebody else's. Jinja escapes them in one place, and control characters
are made visible in the same place. A page names the digests of its own style and script, and forbids all others and
the network altogether.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .layout import clean

if TYPE_CHECKING:
    import jinja2


@cache
def environment(folder: Path) -> jinja2.Environment:
    """The templates of a page in `folder`."""
    import jinja2

    def visible(value: Any) -> Any:
        return clean(value, keep_lines=True) if type(value) is str else value

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def asset(*paths: Path) -> str:
    """Styles or scripts as they stand in the page, one behind the other."""
    return "\n" + "".join(path.read_text(encoding="utf-8") for path in paths)


def digest(text: str) -> str:
    """What the page's policy names an asset by: the SHA-256 in base64."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
