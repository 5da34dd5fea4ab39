"""Makes cases of a workload: fills in values, plans each statement once, and reads off what it asks of the tables.

A statement that cannot be planned is left out and named with the reason: a temporary table that is gone, a function or
an extension that the clone lacks, a parameter for which nobody knows a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ....base.errors import ConnectError, PgwrightError, Refused
from ....connect.session import Connection
from ....sql import shape
from ....sql.equated import equated
from ....workload.values import Statement, Workload
from ...asking.draw import drawn
from ...asking.explain import generic
from ...asking.statement import filled, numbers, opened
from ...conditions import constant
from ...surroundings.reader import Reader
from ...whatif.planner import Planner
from ..access import accesses
from ..candidates._all import candidates
from .cases import CAP, Case, weights

MOST = 300
"""Statements that are weighed. What is behind them is, nearly always, less than a hundredth of the time."""
_SETS = 3
"""Sets of values for one statement: a plan may be good for one and bad for another."""


@dataclass(frozen=True, kw_only=True)
class Unplanned:
    """A statement that could not be planned, and why."""

    text: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The cases, what could not be planned, and how many statements were not weighed because they take next to nothing.
    `amount` is what the cases take together: milliseconds, or where no times are known (`timed` is False) the
    planner's costs."""

    cases: tuple[Case, ...]
    unplanned: tuple[Unplanned, ...]
    left: int
    amount: float
    timed: bool


@dataclass(frozen=True, kw_only=True)
class _Draft:
    statement: Statement
    texts: tuple[str, ...]
    case: Case


def prepare(
    planner: Planner,
    connection: Connection,
    workload: Workload,
    *,
    cap: float = CAP,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> Prepared:
    """The cases of a workload. `connection` leads to where the statistics are from which values are drawn; `tell` is
    called with how many statements are planned, of how many."""
    reader, statements = Reader(connection), workload.statements
    chosen, drafts, unplanned = statements[:MOST], list[_Draft](), list[Unplanned]()
    for number, statement in enumerate(chosen):
        tell(number, len(chosen))
        try:
            drafts.append(_draft(planner, connection, reader, statement, number))
        except ConnectError:
            raise  # who answers nothing any more has not said that a statement cannot be planned
        except PgwrightError as error:
            unplanned.append(Unplanned(text=statement.text, reason=error.message.splitlines()[0]))
    amounts, timed = _amounts(drafts)
    return Prepared(
        cases=tuple(_weighed(drafts, weights(amounts, cap=cap))),
        unplanned=tuple(unplanned),
        left=len(statements) - len(chosen),
        amount=sum(amounts),
        timed=timed,
    )


def _amounts(drafts: Sequence[_Draft]) -> tuple[list[float], bool]:
    """What each takes in all its calls: milliseconds (True), those of statements without a time by their cost; where no
    time is known, costs."""
    calling = any(draft.statement.nested for draft in drafts)
    expected = [draft.case.calls * draft.case.cost for draft in drafts]
    times = [0.0 if calling and _only_calls(draft) else draft.statement.total_ms for draft in drafts]
    known = [(time, cost) for time, cost in zip(times, expected, strict=True) if time is not None]
    cost = sum(cost for _, cost in known)
    if not known or cost <= 0:
        return expected, False
    rate = sum(time for time, _ in known) / cost
    return [time if time is not None else rate * cost for time, cost in zip(times, expected, strict=True)], True


def _only_calls(draft: _Draft) -> bool:
    """Whether a statement reads no table itself: what it takes is the time of those that run inside of it, and these
    count by themselves."""
    return not draft.statement.nested and not draft.case.accesses and draft.statement.kind == "SelectStmt"


def _weighed(drafts: Sequence[_Draft], parts: Sequence[float]) -> Iterator[Case]:
    for number, (draft, weight) in enumerate(zip(drafts, parts, strict=True)):
        yield replace(draft.case, number=number, weight=weight)


def _draft(planner: Planner, connection: Connection, reader: Reader, statement: Statement, number: int) -> _Draft:
    texts = tuple(dict.fromkeys(_texts(connection, statement)))
    fixed, joins = _fixed(statement), equated(statement.text)
    plans = [planner.plan(text) for text in texts]
    found = [access for plan in plans for access in accesses(plan, reader.around(plan), fixed=fixed, equated=joins)]
    found = list({(access.table, access.alias, access.keys, access.needed): access for access in found}.values())
    cost = sum(plan.root.number("Total Cost") for plan in plans) / len(plans)
    case = Case(
        number=number,
        text=statement.text,
        texts=texts,
        calls=statement.calls,
        weight=0.0,
        cost=cost,
        accesses=tuple(found),
        candidates=candidates(found),
    )
    return _Draft(statement=statement, texts=texts, case=case)


def _fixed(statement: Statement) -> frozenset[str]:
    """The values that are the same in all calls that were seen. In a file the one that its author wrote counts;
    elsewhere it takes three different calls to tell a constant from a value that came by chance."""
    samples = statement.samples
    seen_enough = len(samples) >= _SETS or (len(samples) == 1 and bool(statement.position))
    same = (values[0] for values in zip(*samples, strict=True) if len(set(values)) == 1) if seen_enough else ()
    return frozenset(value for text in same if (value := constant(text)) is not None)


def _texts(connection: Connection, statement: Statement) -> Iterator[str]:
    """The statement with values: those that were really used, else some drawn from the statistics."""
    if statement.samples:
        for sample in statement.samples[:_SETS]:
            yield shape.filled(statement.text, sample)
        return
    text, siblings = opened(statement.text)
    if not numbers(text):
        yield text
        return
    try:
        sets = drawn(connection, text, siblings)
    except Refused:
        generic(connection, text)  # where it could not be planned with any values, that is the better reason
        raise
    for each in sets:
        yield filled(text, each.values)
