"""What must not be switched off, and what only an experiment switches off."""

from __future__ import annotations

from collections.abc import Iterator

from .....base.finding import Severity
from ..judging import one_of
from ..situation import Advice, Situation

_NEVER = {
    "fsync": ("on", "a crash of the machine destroys the database beyond repair"),
    "full_page_writes": ("on", "a page that was half written in a crash stays half written"),
    "zero_damaged_pages": ("off", "damaged pages are emptied when they are read, with all their rows"),
    "ignore_checksum_failure": ("off", "damaged pages are read as if nothing were wrong with them"),
}
_TRIALS = (
    "enable_bitmapscan", "enable_hashagg", "enable_hashjoin", "enable_indexonlyscan", "enable_indexscan",
    "enable_material", "enable_mergejoin", "enable_nestloop", "enable_partition_pruning", "enable_seqscan",
    "enable_sort",
)  # fmt: skip
_SESSION = frozenset({"session", "client", "override", "default"})


def advise(situation: Situation) -> Iterator[Advice]:
    """fsync, full_page_writes, zero_damaged_pages, ignore_checksum_failure, and ways of the planner that are off."""
    for name, (good, reason) in _NEVER.items():
        if name in situation.settings:  # two of them are hidden from roles without rights, 14 to 18
            yield one_of(situation, name, (good,), reason=reason, severity=Severity.DANGER)
    for name in _TRIALS:
        setting = situation.settings[name]
        if setting.value == "off" and setting.source not in _SESSION:
            yield one_of(
                situation, name, ("on",), severity=Severity.WARNING, formula=f"it comes from: {setting.source}",
                reason="one query may be better without; all others lose a way to be planned",
            )  # fmt: skip
