"""For how many seconds an autovacuum has been at work on the table.

While it works, what the pass leaves behind comes too late for it, and both want the same disk. A short one is no
matter; after 30 s, the limit, it gets the table for itself, and so does one to prevent wraparound, which nobody should
slow down. It is recognised by its lock, which every role can see; a backend whose user is empty is one of the server.
"""

from __future__ import annotations

from ..reading import Look, Seen, Unseen

_AT_WORK = """
SELECT l.pid, l.relation::regclass::text, coalesce(a.query LIKE '%(to prevent wraparound)%', false)
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE l.locktype = 'relation' AND l.relation = ANY ('{%s}'::oid[]) AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted
  AND (a.backend_type = 'autovacuum worker' OR (a.backend_type IS NULL AND a.usesysid IS NULL))
"""


def read(look: Look) -> Seen | Unseen:
    """How long the longest one has been seen; 0 where there is none."""
    rows = look.ask(_AT_WORK.replace("%s", ", ".join(f"{oid:d}" for oid in look.relations)))
    since: dict[int, float] = look.memory.setdefault("since", {})
    for pid in set(since) - {row[0] for row in rows}:
        del since[pid]
    if not rows:
        return Seen(value=0.0, what="no autovacuum")
    seconds, pid, table, wraparound = max((look.now - since.setdefault(row[0], look.now), *row) for row in rows)
    kind = "an autovacuum to prevent wraparound" if wraparound else "an autovacuum"
    # The least above nothing: with a limit of 0 it holds from the first look on.
    return Seen(value=max(seconds, 0.001), what=f"{kind} (pid {pid}) has been at work on {table} for {seconds:.0f} s")
