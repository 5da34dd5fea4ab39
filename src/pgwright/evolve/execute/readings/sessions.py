"""How many sessions of others are active at this moment.

How many are too many depends on the machine, which cannot be seen from here, so there is no limit until one is set.
"""

from __future__ import annotations

from ..reading import Look, Seen, Unseen

_ACTIVE = """
SELECT count(*) FILTER (WHERE state = 'active' AND backend_type = 'client backend')::float8,
       count(*) FILTER (WHERE query = '<insufficient privilege>' AND usesysid IS NOT NULL)
FROM pg_catalog.pg_stat_activity WHERE datid IS NOT NULL AND application_name NOT LIKE 'pgwright:%'
"""


def read(look: Look) -> Seen | Unseen:
    """The active client sessions of the whole server, without our own."""
    active, hidden = look.ask(_ACTIVE)[0]
    if hidden:
        return Unseen(
            why=f"whether {hidden} sessions of other roles are active cannot be seen by this role",
            cure=f"GRANT pg_read_all_stats TO {look.role}",
        )
    return Seen(value=active, what=f"{active:.0f} sessions are active")
