"""Finds the plans that auto_explain wrote into a server's log: lines of any prefix, csvlog, jsonlog, and notices.

    2026-03-01 10:00:00.123 UTC [4711] app@shop LOG:  duration: 12.345 ms  plan:

The time of the statement is kept under the key "Duration" (milliseconds); auto_explain gives no Execution Time. The
words are the same in every language, and what stands before them does not matter. Other lines are passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from ....base.errors import QueryPlanError
from ..model import QueryPlan
from . import json_, text, xml, yaml
from .limits import HINT

ENTRY = re.compile(r"duration: (\d+\.\d+) ms  plan:[ \t]*(?=\r?\n|\\n|\Z)")
_QUOTED = re.compile(r'[^"]*+(?:""[^"]*+)*+')
_NEXT = re.compile(
    r"^(?![ \t]).*?\b(?:LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG\d?|STATEMENT|DETAIL|HINT|CONTEXT):  ",
    re.MULTILINE,
)
_YAML = re.compile(r"^Plan: *$", re.MULTILINE)
_LINE = re.compile(r"\ALine (\d+): ")


def read(whole: str) -> tuple[QueryPlan, ...]:
    """The plans of a log, in their order; raises QueryPlanError where one cannot be read."""
    found: list[QueryPlan] = []
    counted = line = 0
    for duration, place, body in _entries(whole):
        line += whole.count("\n", counted, place)
        counted = place
        try:
            (plan,) = form(body)
        except QueryPlanError as error:
            inner = _LINE.match(error.message)
            at = line + 1 + (int(inner[1]) if inner else 0)
            raise QueryPlanError(_LINE.sub("", error.message), line=at, hint=HINT) from error
        except ValueError as error:
            raise QueryPlanError("there is more than one plan in one entry.", line=line + 1, hint=HINT) from error
        found.append(replace(plan, properties={**plan.properties, "Duration": duration}))
    return tuple(found)


def form(body: str) -> tuple[QueryPlan, ...]:
    """The plan of one entry, in whatever form it is."""
    start = body.lstrip()
    if start.startswith("{"):
        return json_.read(body)[0]
    if start.startswith("<explain"):
        return xml.read(body)[0]
    if _YAML.search(body) and start.startswith(("Query Text:", "Plan:")):
        return yaml.read(body)[0]
    return text.read(body.split("\n"))[0]


def _entries(whole: str) -> Iterator[tuple[float, int, str]]:
    """Duration, place and body of each entry."""
    end = 0
    for match in ENTRY.finditer(whole):
        if match.start() < end:  # it is inside of a plan: a statement that looks for plans
            continue
        start = whole.rfind("\n", 0, match.start()) + 1
        prefix = whole[start : match.start()]
        if prefix.endswith('"') and prefix.lstrip().startswith("{"):
            body, end = _of_json(whole, start)
        elif prefix.endswith('"'):
            quoted = _QUOTED.match(whole, match.end())
            body, end = (quoted[0].replace('""', '"'), quoted.end()) if quoted else ("", match.end())
        else:
            body, end = _of_lines(whole, match.end())
        yield float(match[1]), match.start(), _plain(body, whole[match.end() : match.end() + 1])


def _plain(body: str, after: str) -> str:
    """`body` with line ends of Unix, where the first line of the entry has those of Windows."""
    return (body.replace("\r\n", "\n") if after == "\r" else body).removeprefix("\n")


def _of_json(whole: str, start: int) -> tuple[str, int]:
    """The message of a line of jsonlog, without its first line."""
    end = whole.find("\n", start)
    end = len(whole) if end < 0 else end
    try:
        message = json.loads(whole[start:end])["message"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        line = whole.count("\n", 0, start) + 1
        raise QueryPlanError("this is no whole line of a log in JSON.", line=line, hint=HINT) from error
    return str(message).partition("\n")[2], end


def _of_lines(whole: str, start: int) -> tuple[str, int]:
    """The lines behind an entry's first: those that the server indented by a tab, or else all up to the next entry."""
    place = whole.find("\n", start) + 1
    if place == 0:
        return "", len(whole)
    mark = next((mark for mark in ("\t", "#011") if whole.startswith(mark, place)), "")
    if not mark:
        following = ENTRY.search(whole, place)
        end = len(whole) if following is None else whole.rfind("\n", 0, following.start()) + 1
        other = _NEXT.search(whole, place, end)
        end = end if other is None else other.start()
        return whole[place:end], end
    lines: list[str] = []
    while whole.startswith(mark, place):
        end = whole.find("\n", place)
        end = len(whole) if end < 0 else end
        lines.append(whole[place + len(mark) : end])
        place = end + 1
    return "\n".join(lines), min(place, len(whole))
