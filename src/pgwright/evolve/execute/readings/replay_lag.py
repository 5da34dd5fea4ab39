"""How far the standby that is furthest behind replays, in seconds.

The server's own replay_lag is empty for a standby that was idle and says little of one that has stopped, so the
positions are remembered: a standby is as far behind as the time since the primary was where the standby is now. Every
receiver that reports a replay position counts, subscribers of logical replication too. The limit of 10 s is what
readers of a standby notice, and little enough that a failover does not wait. Without pg_monitor the positions are
hidden, and whether there is a standby at all is not: one that cannot be seen holds the pass.
"""

from __future__ import annotations

from collections import deque

from ..reading import Look, Seen, Unseen

MOST = 7200  # positions that are remembered: an hour of two a second
_LAG = """
SELECT coalesce(nullif(application_name, ''), 'pid ' || pid), state IS NULL,
       (pg_catalog.pg_current_wal_lsn() - '0/0'::pg_lsn)::float8, (replay_lsn - '0/0'::pg_lsn)::float8,
       coalesce(extract(epoch FROM replay_lag), 0)::float8
FROM pg_catalog.pg_stat_replication
"""


def read(look: Look) -> Seen | Unseen:
    """The longest lag of any standby; 0 where there is none."""
    rows = look.ask(_LAG)
    hidden = [row[0] for row in rows if row[1]]
    if hidden:
        return Unseen(
            why=f"the replay position of {hidden[0]} cannot be seen by this role",
            cure=f"GRANT pg_monitor TO {look.role}",
        )
    standbys = [row for row in rows if row[3] is not None]
    if not standbys:
        look.memory.clear()
        return Seen(value=0.0, what="no standby")
    past: deque[tuple[float, float]] = look.memory.setdefault("past", deque(maxlen=MOST))
    past.append((look.now, standbys[0][2]))
    lags = [(max(_since(past, row[3], look.now), row[4] if row[3] < row[2] else 0.0), row[0]) for row in standbys]
    lag, name = max(lags)
    return Seen(value=lag, what=f"standby {name} is {lag:.1f} s behind")


def _since(past: deque[tuple[float, float]], position: float, now: float) -> float:
    """Seconds since the primary went past `position`, as far as is remembered."""
    for at, written in past:
        if written > position:
            return now - at
    return 0.0
