"""What `expand`, `contract` and `rollback` share: progress, Ctrl-C, and the report at the end."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag
from types import FrameType
from typing import TYPE_CHECKING

from ..base.errors import Interrupted, Unconfirmed, UsageError
from ..base.event import Event, OnEvent
from .consent import ask, given
from .options import Invocation
from .output import write

if TYPE_CHECKING:
    from ..evolve.plan.plan_file import Plan
    from ..render.report import UnitReport

_ENDING = b"\nEnding the batch under way. Once more: stop at once.\n"


@contextmanager
def stoppable() -> Iterator[Flag]:
    """A flag that the first Ctrl-C (or SIGTERM) sets: the engine ends its batch and stops with the journal clean.
    The second raises Interrupted at once. A signal that is ignored already, as under nohup, stays ignored."""
    flag = Flag()

    def first(_number: int, _frame: FrameType | None) -> None:
        if flag.is_set():
            raise KeyboardInterrupt
        flag.set()
        os.write(2, _ENDING)  # a handler may run inside a write to sys.stderr, which must not be entered twice

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, first)
        yield flag
    except KeyboardInterrupt:
        raise Interrupted(
            "Stopped at once, in the middle of a step.",
            state="The journal holds the state after the last finished step.",
            hint="The same command goes on from there; pgwright rollback undoes it.",
        ) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def events(invocation: Invocation) -> Iterator[OnEvent]:
    """The callback that shows events: objects on stdout under jsonl, progress on stderr unless `--quiet`."""
    from ..render.narrate import event_document
    from ..render.progress import Progress

    live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    progress = Progress(
        lambda text: write(sys.stderr, text), live=live, columns=lambda: shutil.get_terminal_size((80, 24)).columns
    )

    def show(event: Event) -> None:
        if invocation.format == "jsonl":
            invocation.output.document(event_document(event), line=True)
        if not invocation.output.quiet:
            progress(event)

    try:
        yield show
    finally:
        progress.close()


Work = Callable[[frozenset[str], OnEvent, Flag], "UnitReport"]


def run(invocation: Invocation, allow: frozenset[str], yes: bool, work: Work) -> None:
    """Does `work` with consent, progress and Ctrl-C in place, and shows its report. What would destroy data is asked
    for when it comes to that; after consent the work goes on from the journal."""
    allow = given(allow, yes=yes)
    while True:
        try:
            with stoppable() as stop, events(invocation) as show:
                report = work(allow, show, stop)
            break
        except Unconfirmed as error:
            ask(error)
            allow |= {error.consent}
    show_report(invocation, report)


def show_report(invocation: Invocation, report: UnitReport) -> None:
    """The report on stdout in the format that was asked for."""
    from ..render.json_ import report_document
    from ..render.status_text import report_text

    output = invocation.output
    if invocation.json:
        output.document(report_document(report), line=invocation.format == "jsonl")
    else:
        output.data(report_text(report, columns=output.columns, style=output.style))


def read_plan(path: Path | None) -> Plan | None:
    """The plan in the file `path`; None for None. Raises UsageError when there is none that can be read."""
    if path is None:
        return None
    import json

    from ..evolve.plan.plan_file import from_json

    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--plan {path}: cannot be read: {error}.") from error
    except json.JSONDecodeError as error:
        raise UsageError(
            f"--plan {path}:{error.lineno}:{error.colno}: this is not JSON: {error.msg}.",
            hint="pgwright plan -o FILE writes a plan file.",
        ) from error
    if not isinstance(document, dict):
        raise UsageError(f"--plan {path}: this is not a plan file.", hint="pgwright plan -o FILE writes one.")
    return from_json(document)
