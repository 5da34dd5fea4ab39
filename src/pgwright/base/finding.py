"""One shape for everything that pgwright finds: lint, signs, health, advice, missing grants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much it matters: `notice` may be read later, `warning` soon, `danger` before anything else."""

    NOTICE = "notice"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something found, with its evidence and its cure.

    `kind` is the room that found it, `name` the pattern, `object` what it was found on, `location` a
    `file:line:column` or empty, `evidence` what was seen with a number, `why` what it leads to, `cure_sql` a
    complete cure, `tried` whether the cure was tried and helped (None: not tried).
    """

    kind: str
    name: str
    object: str
    severity: Severity
    location: str = ""
    evidence: str = ""
    why: str = ""
    cure_sql: str = ""
    tried: bool | None = None
