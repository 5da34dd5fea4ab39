"""All that is said about statistics, in one value."""

from __future__ import annotations

from dataclasses import dataclass

from ....base import registry
from ....base.finding import Finding
from .candidates import Candidate
from .values import Seen

CHECKS = "diagnose.advise.statistics.checks"


@dataclass(frozen=True, kw_only=True)
class StatisticsAdvice:
    """What should change (`findings`), sets of columns that might hang together (`candidates`, by (schema.table,
    candidate)), and sentences about what could not be told. `sampled` says whether these were measured."""

    findings: tuple[Finding, ...]
    candidates: tuple[tuple[str, Candidate], ...] = ()
    sampled: bool = False
    notes: tuple[str, ...] = ()

    @property
    def migration(self) -> str:
        """The cures that change something as statements of one file, with the ANALYZE that each needs once, at the end;
        "" where there are none. An ANALYZE alone belongs into no migration."""
        cures = [each.cure_sql.splitlines() for each in self.findings]
        lines = [line for each in cures if any(not _is_analyze(line) for line in each) for line in each]
        return "\n".join(dict.fromkeys(sorted(lines, key=_is_analyze)))


def _is_analyze(statement: str) -> bool:
    return statement.startswith("ANALYZE ")


def found(seen: Seen) -> tuple[Finding, ...]:
    """What all checks find."""
    return tuple(each for name in registry.names(CHECKS) for each in registry.load(CHECKS, name).look(seen))
