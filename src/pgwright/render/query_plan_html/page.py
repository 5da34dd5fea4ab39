"""Puts the views into the templates: one file, in which nothing comes from elsewhere and nothing can.

Everything that a plan holds is somebody else's text. Jinja escapes it in one place, and control characters are made
visible in the same place. Besides, the page forbids itself every script but its own, which it knows by its digest, and
the network altogether: what escaped both could still do nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...diagnose.diagnosis import Diagnosis
from ...diagnose.explanation import Tried
from ..layout import clean
from . import beside, findings, flame, head, timeline, tree
from .clock import clock

if TYPE_CHECKING:
    import jinja2

FOLDER = Path(__file__).parent


def query_plan_html(diagnosis: Diagnosis, *, title: str = "", trials: Sequence[Tried] = ()) -> str:
    """The page of a diagnosis, one HTML document. `title` stands above it, `trials` are the cures that were tried."""
    time = clock(diagnosis.account)
    style, script = _asset("style.css"), _asset("script.js")
    values = {
        "style": style,
        "script": script,
        "style_digest": _digest(style),
        "script_digest": _digest(script),
        "head": head.head(time, diagnosis, title),
        "findings": findings.findings(time, diagnosis, trials),
        "tree": tree.tree(time, diagnosis.found),
        "flame": flame.flame(time),
        "timeline": timeline.timeline(time),
        "beside": beside.beside(diagnosis.account),
    }
    return _environment().get_template("page.html.j2").render(values)


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


@cache
def _asset(name: str) -> str:
    return "\n" + (FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
