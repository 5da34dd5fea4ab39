"""Puts the views into the templates; the page's only script is its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...diagnose.diagnosis import Diagnosis
from ...diagnose.explanation import Tried
from .. import html_page
from . import beside, findings, flame, head, timeline, tree
from .clock import clock

FOLDER = Path(__file__).parent


def query_plan_html(diagnosis: Diagnosis, *, title: str = "", trials: Sequence[Tried] = ()) -> str:
    """The page of a diagnosis, one HTML document. `title` stands above it, `trials` are the cures that were tried."""
    time = clock(diagnosis.account)
    style, script = html_page.asset(FOLDER / "style.css"), html_page.asset(FOLDER / "script.js")
    values = {
        "style": style,
        "script": script,
        "style_digest": html_page.digest(style),
        "script_digest": html_page.digest(script),
        "head": head.head(time, diagnosis, title),
        "findings": findings.findings(time, diagnosis, trials),
        "tree": tree.tree(time, diagnosis.found),
        "flame": flame.flame(time),
        "timeline": timeline.timeline(time),
        "beside": beside.beside(diagnosis.account),
    }
    return html_page.environment(FOLDER / "templates").get_template("page.html.j2").render(values)
