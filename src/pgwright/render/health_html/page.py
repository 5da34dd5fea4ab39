"""Puts the view into the template; the page has a style and no script."""

from __future__ import annotations

from pathlib import Path

from ...diagnose.health.report import Health
from .. import html_page
from .view import view

FOLDER = Path(__file__).parent
SHARED = FOLDER.parent / "query_plan_html" / "style.css"
"""The look of the page of a query plan: colours, type, findings, printing. This page adds a few lines of its own."""


def health_html(health: Health) -> str:
    """The page of a health, one HTML document."""
    style = html_page.asset(SHARED, FOLDER / "style.css")
    template = html_page.environment(FOLDER / "templates").get_template("page.html.j2")
    return template.render(view=view(health), style=style, style_digest=html_page.digest(style))
