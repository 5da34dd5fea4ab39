"""What two things that change places come to: statements before and after the exchange of names."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Swap:
    """`drop` runs before the columns exchange names, `adopt` after, `late` when NOT NULL has been
    moved too; `proofs` and `late_proofs` are pairs of an SQL expression and the text that it must then give."""

    drop: list[str] = field(default_factory=list)
    adopt: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    proofs: list[tuple[str, str]] = field(default_factory=list)
    late_proofs: list[tuple[str, str]] = field(default_factory=list)
