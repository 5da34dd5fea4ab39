"""What goes on in a server at one moment, as frozen values. They stand as they are in `live --format json`.

Times of day are ISO 8601 with an offset, by the server's clock; durations are seconds, sizes bytes. What the role may
not see is null or empty, and `hidden` says so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Session:
    """A process of the server. `kind` is its backend_type, `state` as in pg_stat_activity, `wait` what it waits for
    ("Lock: relation", empty where it works), `statement` its latest statement without literals, at most 80 characters.
    `transaction_age`, `statement_age` and `state_age` are seconds. `leader` is the leader of a parallel worker,
    `writes` whether it has a transaction id, `xmin_age` how many transactions vacuum must leave alone because of it,
    `hidden` whether the role may not see what it does."""

    pid: int
    leader: int | None
    kind: str
    database: str
    user: str
    application: str
    client: str
    state: str
    wait: str
    statement: str
    transaction_age: float | None
    statement_age: float | None
    state_age: float | None
    writes: bool
    xmin_age: int | None
    hidden: bool


@dataclass(frozen=True, kw_only=True)
class Knot:
    """Somebody in the tree of who waits for whom: a session (`pid`), or a prepared transaction (`gid`).

    `on` is what it waits for, for `seconds`, and of a table `wants` the lock, in the words of LOCK TABLE; all are empty
    for who waits for nobody. `holds` is the strongest lock that it has itself on a thing that its waiters want.
    `others` are further blockers, under which it does not stand again. `behind` is the number of all who wait below
    it. `ends` is the command that ends it, for who is sure; pgwright never runs it. `session` is null for prepared
    transactions and for who is gone already."""

    pid: int | None
    gid: str | None
    session: Session | None
    user: str
    age: float | None
    wants: str
    on: str
    seconds: float | None
    holds: str
    others: tuple[str, ...]
    behind: int
    ends: str
    waiters: tuple[Knot, ...]


@dataclass(frozen=True, kw_only=True)
class Wait:
    """How many active sessions wait for one thing; `what` is empty for those that work."""

    what: str
    sessions: int


@dataclass(frozen=True, kw_only=True)
class Command:
    """A long command that tells how far it is: `done` of `total` in `unit` of its phase, null where the phase does not
    count. `rate` is units per second since the phase was first seen, `seconds_left` what is left of the phase at that
    rate: both null until it is known. `waits_for` is the pid that it waits for, 0 for none."""

    pid: int
    command: str
    database: str
    relation: str
    phase: str
    done: int | None
    total: int | None
    unit: str
    waits_for: int
    rate: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A prepared transaction, `age` seconds old."""

    gid: str
    user: str
    database: str
    age: float


@dataclass(frozen=True, kw_only=True)
class Standby:
    """Who receives WAL: `lag` is seconds until a change is replayed there, `bytes` what it has still to replay."""

    pid: int
    name: str
    state: str
    sync: str
    lag: float | None
    bytes: int | None


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A replication slot and the WAL that it keeps, in bytes; `status` is its wal_status."""

    name: str
    kind: str
    active: bool
    status: str
    bytes: int | None


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """A standby: `delay` is the age of the last commit that was replayed, in seconds, which says nothing where the
    primary is quiet; `bytes` is what is received and not replayed. `receiver` is the state of who receives, "hidden"
    where the role may not see it, and empty where nobody does. `waits` is what the replay waits for, `cancelled` how
    many queries were cancelled because of it so far."""

    delay: float | None
    bytes: int | None
    paused: bool
    receiver: str
    waits: str
    cancelled: int


@dataclass(frozen=True, kw_only=True)
class Moment:
    """All of it at the time `at`. `up` is how long the server runs. `waiting` is how many locks are waited for;
    `blocking` has those who wait longest, under whom they wait for. `notes` say what cannot be seen."""

    at: str
    version: str
    database: str
    user: str
    standby: bool
    up: float
    max_connections: int
    sessions: tuple[Session, ...]
    waits: tuple[Wait, ...]
    waiting: int
    blocking: tuple[Knot, ...]
    prepared: tuple[Prepared, ...]
    commands: tuple[Command, ...]
    standbys: tuple[Standby, ...]
    slots: tuple[Slot, ...]
    recovery: Recovery | None
    notes: tuple[str, ...]
