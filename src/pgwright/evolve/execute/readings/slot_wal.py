"""How many bytes of WAL the replication slot that is furthest behind makes the server keep.

A pass writes WAL as fast as the disk takes it, and what a slot keeps is never removed: a subscriber that sleeps fills
the disk. The limit of 10 GB is a fraction of any disk that a pass of that size runs on. A slot that the server is
about to give up (`unreserved`) is above any limit. Slots can be seen by every role.
"""

from __future__ import annotations

from ..reading import Look, Seen, Unseen

_SLOTS = """
SELECT slot_name::text, pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn)::float8,
       coalesce(wal_status = 'unreserved', false), active
FROM pg_catalog.pg_replication_slots WHERE restart_lsn IS NOT NULL ORDER BY 3 DESC, 2 DESC LIMIT 1
"""


def read(look: Look) -> Seen | Unseen:
    """What the furthest slot retains; 0 where there is none."""
    for name, size, unreserved, active in look.ask(_SLOTS):
        used = "" if active else ", which nobody reads,"
        if unreserved:
            return Seen(value=float("inf"), what=f"slot {name}{used} is about to lose WAL that it needs")
        return Seen(value=size, what=f"slot {name}{used} retains {size / 1024**2:,.0f} MB of WAL")
    return Seen(value=0.0, what="no slot")
