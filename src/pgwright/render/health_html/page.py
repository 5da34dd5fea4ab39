"""Puts the view into the template: one file, in which nothing comes from elsewhere and nothing can.

Names of objects and texts of statements are somebody else's. Jinja escapes them in one place, and control characters
are made visible in the same place. Besides, the page forbids itself every script and the network altogether.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...diagnose.health.report import Health
from ..layout import clean
from .view import view

if TYPE_CHECKING:
    import jinja2

FOLDER = Path(__file__).parent
SHARED = FOLDER.parent / "query_plan_html" / "style.css"
"""The look of the page of a query plan: colours, type, findings, printing. This page adds a few lines of its own."""


def health_html(health: Health) -> str:
    """The page of a health, one HTML document."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _environment().get_template("page.html.j2").render(view=view(health), style=style, style_digest=digest)


@cache
def _style() -> str:
    return "\n" + SHARED.read_text(encoding="utf-8") + (FOLDER / "style.css").read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    def visible(value: Any) -> Any:
        return clean(value, keep_lines=True) if type(value) is str else value

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
