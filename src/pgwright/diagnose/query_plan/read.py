"""Recognises in which form a query plan comes, and reads it.

A form is known by what only a plan has in it: the first key of a node, or the numbers behind one. What comes first
decides. Two forms in one text are refused, because one of them would be passed over in silence; a log may have several.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence

from ...base.errors import QueryPlanError
from ...base.uncollected import uncollected
from .forms import cleaning, json_, log, strangers, text, xml, yaml
from .forms.limits import HINT
from .model import QueryPlan

_FORMS = {
    "JSON": re.compile(r'"(?:Node Type"{1,2}\s*:\s*"|Plan"{1,2}\s*:\s*\{)'),
    "XML": re.compile(r"<explain\b"),
    "YAML": re.compile(
        r"^[^\w\n]{0,400}(?:QUERY PLAN ?[|│║]? ?)?(?:- )?Plan: *[+↵]? *[|│║]?\n[^\w\n]*Node Type: ", re.MULTILINE
    ),
    "TEXT": re.compile(
        r"\((?:cost=-?\d+\.\d+\.\.\d+\.\d+\s+rows=\d+\s+width=\d+\)"
        r"|actual (?:time=\d+\.\d+\.\.\d+\.\d+ )?rows=\d+(?:\.\d+)? loops=\d+\))"
    ),
}
_WORDS = {
    "JSON": ('Node Type"', 'Plan"'),
    "XML": ("<explain",),
    "YAML": ("Node Type: ",),
    "TEXT": ("(cost=", "(actual "),
}


@uncollected
def plans(whole: str) -> tuple[QueryPlan, ...]:
    """All query plans in `whole`, in their order; raises QueryPlanError where there is none, or a part of one."""
    strangers.refuse_what_is_no_text(whole)
    places = _places(whole)
    first = min(places, key=lambda form: places[form], default="")
    entry = log.ENTRY.search(whole)
    if entry is not None and entry.start() < min(places.values(), default=len(whole) + 1):
        return log.read(whole)
    if not first and not _is_bare(whole):
        raise strangers.error(whole)
    found, rest = _READERS[first or "TEXT"](whole)
    other = next((form for form, sign in _FORMS.items() if form in places and form != first and sign.search(rest)), "")
    if other:
        raise QueryPlanError(
            f"there are plans in two forms, {first} and {other}.", hint="Give the plans of one form, or each by itself."
        )
    return found


def is_plan(whole: str) -> bool:
    """Whether `whole` is meant to be a query plan, or a log with some, and no SQL statement. It is not read."""
    if strangers.is_statement(whole):
        whole = strangers.without_quoted(whole)
    return bool(_places(whole)) or log.ENTRY.search(whole) is not None or _is_bare(whole)


def _places(whole: str) -> dict[str, int]:
    """Where each form is seen first. A word that it must have is looked for before, because that is quick."""
    found = {form: sign.search(whole) for form, sign in _FORMS.items() if any(word in whole for word in _WORDS[form])}
    return {form: match.start() for form, match in found.items() if match is not None}


def _is_bare(whole: str) -> bool:
    """Whether it is TEXT without numbers (COSTS OFF). Such a plan has no sign but the words of its nodes, and a
    statement or a long text that has them too is none."""
    if len(whole) > 1_000_000 or (strangers.is_statement(whole) and "QUERY PLAN" not in whole):
        return False
    try:
        return text.begins(cleaning.lines(whole))
    except QueryPlanError:
        return True  # it begins in the middle


def _json(whole: str) -> tuple[tuple[QueryPlan, ...], str]:
    try:
        return json_.read(whole)
    except QueryPlanError:
        cleaned = "\n".join(cleaning.lines(whole))
        if cleaned == whole:
            raise
        return json_.read(cleaned)


def _xml(whole: str) -> tuple[tuple[QueryPlan, ...], str]:
    return xml.read("\n".join(cleaning.lines(whole)))


def _yaml(whole: str) -> tuple[tuple[QueryPlan, ...], str]:
    return yaml.read("\n".join(cleaning.lines(whole)))


def _text(whole: str) -> tuple[tuple[QueryPlan, ...], str]:
    lines = cleaning.lines(whole)
    try:
        return _complete(lines)
    except QueryPlanError:
        for joined in text.joined(lines):
            with contextlib.suppress(QueryPlanError):
                return _complete(joined)
        raise


def _complete(lines: Sequence[str]) -> tuple[tuple[QueryPlan, ...], str]:
    found, rest = text.read(lines)
    if _FORMS["TEXT"].search(rest):
        raise QueryPlanError("some lines of a plan stand where they belong to none.", hint=HINT)
    return found, rest


_READERS = {"JSON": _json, "XML": _xml, "YAML": _yaml, "TEXT": _text}
