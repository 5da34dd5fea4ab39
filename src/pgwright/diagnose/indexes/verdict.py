"""What is said about one index: why it can go, what it costs, what to think of before, and the statement."""

from __future__ import annotations

from dataclasses import dataclass

from ...base.amount import size
from ...base.finding import Evidence, Finding, Severity
from ...sql.naming import fitting
from ...sql.quote import ident, qualified
from .comparing import Kind
from .values import Index, Table
from .writing import WriteCost


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """That `index` of `table` can go, because of `kept` (None: because nobody reads it). `reason` are sentences,
    `bytes` what it frees, `caveats` have no full stop. On a partitioned table all counts are those of its parts
    together."""

    kind: Kind
    index: Index
    table: Table
    reason: str
    bytes: int
    write: WriteCost
    kept: Index | None = None
    caveats: tuple[str, ...] = ()

    @property
    def cure_sql(self) -> str:
        """The statements that take it away, plainly; the engine drops indexes concurrently."""
        index, table = self.index, qualified(self.table.schema, self.table.name)
        if index.constraint:
            return f"ALTER TABLE {table} DROP CONSTRAINT {ident(index.constraint)};"
        drop = f"DROP INDEX {qualified(index.schema, index.name)};"
        if self.kind is not Kind.UNUSED or not index.expressions:
            return drop
        kept = [
            f"CREATE STATISTICS {qualified(index.schema, name)} ON {_bracketed(text)} FROM {table};"
            for name, text in zip(_named(index), index.expressions, strict=True)
        ]
        return "\n".join([*kept, f"ANALYZE {table};", drop])

    @property
    def finding(self) -> Finding:
        """The same as a finding."""
        fields = {
            "bytes": self.bytes,
            "kept": self.kept.full_name if self.kept is not None else None,
            "scans": self.index.scans,
            "entries_written": round(self.write.entries),
            "caveats": list(self.caveats),
        }
        caveats = f" But {'; '.join(self.caveats)}." if self.caveats else ""
        return Finding(
            kind="indexes",
            name=f"{self.kind}_index",
            object=f"{self.index.full_name} on {self.table.full_name}",
            severity=Severity.WARNING if self.kind is Kind.DUPLICATE else Severity.NOTICE,
            evidence=Evidence(text=f"{size(self.bytes)}; {self.write.sentence}.", fields=fields),
            why=f"{self.reason}{caveats}",
            cure_sql=self.cure_sql,
        )


def _named(index: Index) -> list[str]:
    """Names for the statistics of its expressions."""
    return [fitting(index.name, f"statistics{n if n > 1 else ''}") for n in range(1, len(index.expressions) + 1)]


def _bracketed(text: str) -> str:
    return text if text.startswith("(") and text.endswith(")") else f"({text})"
