"""Who waits for whom, as a tree: those who wait for nobody at the top. Pure.

Everybody stands in it once, below the blocker that has most behind it; further ones are named. A circle of waiters,
which the server will break after deadlock_timeout, begins at the one who waits longest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..base.lock import LockMode
from ..sql.quote import literal
from .blockers import conflicts
from .moment import Knot, Prepared, Session

Who = int | str
"""A pid, or the gid of a prepared transaction."""
_AUTOVACUUM = "autovacuum worker"
_TABLE = "relation"
_ENDS = ("transactionid", "virtualxid")


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One lock that is waited for: by whom, in which mode (as pg_locks spells it), on what, for whom. `kind` is the
    locktype of pg_locks; `holders` are who holds the same thing, with the mode."""

    pid: int
    kind: str
    mode: str
    on: str
    seconds: float | None
    blockers: tuple[int, ...]
    holders: tuple[tuple[Who, str], ...]


def tree(waiting: Sequence[Waiting], sessions: Sequence[Session], prepared: Sequence[Prepared]) -> tuple[Knot, ...]:
    """The blockers that wait for nobody, those with most behind them first, with all who wait below them."""
    waits: dict[Who, Waiting] = {}
    for each in waiting:
        waits.setdefault(each.pid, each)
    edges = {who: _blockers(wait) for who, wait in waits.items()}
    edges = {who: found for who, found in edges.items() if found}
    below: dict[Who, list[Who]] = {}
    for who, blockers in edges.items():
        for blocker in blockers:
            below.setdefault(blocker, []).append(who)
    roots = [who for who in below if who not in edges]
    order = sorted(roots, key=lambda who: (-len(_reach(who, below)), str(who))) + list(edges)
    drawing = _Drawing(
        waits, edges, below, {each.pid: each for each in sessions}, {each.gid: each for each in prepared}
    )
    knots = (drawing.knot(who) for who in order if who not in drawing.seen)
    return tuple(sorted(knots, key=lambda knot: (-knot.behind, knot.pid or 0, knot.gid or "")))


def _blockers(wait: Waiting) -> tuple[Who, ...]:
    """Those who block a waiter. pid 0 stands for all prepared transactions; which one it is, the locks tell."""
    found: list[Who] = [pid for pid in dict.fromkeys(wait.blockers) if pid not in (0, wait.pid)]
    if 0 in wait.blockers:
        found += [who for who, mode in wait.holders if isinstance(who, str) and _conflict(wait.mode, mode)]
    return tuple(dict.fromkeys(found))


def _conflict(one: str, other: str) -> bool:
    """Whether two modes exclude each other; those of advisory locks and transactions are table modes, too."""
    try:
        return conflicts(LockMode.from_pg_name(one), LockMode.from_pg_name(other))
    except KeyError:
        return True


def _reach(who: Who, below: Mapping[Who, Sequence[Who]]) -> set[Who]:
    """All who wait for `who`, directly or not."""
    found: set[Who] = set()
    stack = [who]
    while stack:
        fresh = set(below.get(stack.pop(), ())) - found
        found |= fresh
        stack.extend(fresh)
    return found


@dataclass
class _Drawing:
    """Draws each once."""

    waits: Mapping[Who, Waiting]
    edges: Mapping[Who, tuple[Who, ...]]
    below: Mapping[Who, Sequence[Who]]
    sessions: Mapping[int, Session]
    prepared: Mapping[str, Prepared]

    def __post_init__(self) -> None:
        self.seen: set[Who] = set()

    def knot(self, who: Who, above: Who | None = None) -> Knot:
        """`who` with all who wait for it and were not drawn yet."""
        self.seen.add(who)
        mine = [each for each in self.below.get(who, ()) if each not in self.seen]
        self.seen.update(mine)
        waiters = tuple(self.knot(each, who) for each in mine)
        wait = self.waits.get(who)
        session = self.sessions.get(who) if isinstance(who, int) else None
        known = self.prepared.get(who) if isinstance(who, str) else None
        return Knot(
            pid=who if isinstance(who, int) else None,
            gid=who if isinstance(who, str) else None,
            session=session,
            user=known.user if known else session.user if session else "",
            age=known.age if known else session.transaction_age if session else None,
            wants=_words(wait.mode) if wait and wait.kind == _TABLE else "",
            on=wait.on if wait else "",
            seconds=wait.seconds if wait else None,
            holds=self._holds(who),
            others=tuple(str(each) for each in self.edges.get(who, ()) if each != above),
            behind=sum(1 + each.behind for each in waiters),
            ends=_ends(who, session),
            waiters=waiters,
        )

    def _holds(self, who: Who) -> str:
        """The strongest lock that `who` has on a table that its waiters want, else another thing. That everybody has
        the lock on the end of his own transaction says nothing."""
        held = [
            (_strength(mode), f"{_words(mode)} on {wait.on}" if wait.kind == _TABLE else wait.on)
            for wait in (self.waits[waiter] for waiter in self.below.get(who, ()))
            for holder, mode in wait.holders
            if holder == who and wait.kind not in _ENDS
        ]
        return max(held, default=(0, ""))[1]


def _strength(mode: str) -> int:
    try:
        return LockMode.from_pg_name(mode)
    except KeyError:
        return 0


def _words(mode: str) -> str:
    try:
        return LockMode.from_pg_name(mode).sql
    except KeyError:
        return mode


def _ends(who: Who, session: Session | None) -> str:
    """What ends a blocker: the statement is cancelled where one runs, the session is ended where none does."""
    if isinstance(who, str):
        return f"ROLLBACK PREPARED {literal(who)}"
    if session is None or session.kind == _AUTOVACUUM:
        return ""
    return f"SELECT pg_{'cancel' if session.state == 'active' else 'terminate'}_backend({who})"
