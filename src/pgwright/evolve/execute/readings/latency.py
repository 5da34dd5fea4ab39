"""What a tiny write of an application takes now: the p95 of a session of our own, in seconds.

The probe updates one row and commits, twenty times a second, as its role would: it feels a disk that is slow to flush,
a standby that must confirm, a processor that is taken, and a lock on its row. It pays the way to the server, as the
application does. The limit of 100 ms is what a person notices. See `probe`.
"""

from __future__ import annotations

from ..reading import Look, Seen, Unseen


def read(look: Look) -> Seen | Unseen:
    """The p95 of the last seconds."""
    return look.probe()
