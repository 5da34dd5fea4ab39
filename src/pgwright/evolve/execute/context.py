"""What an action is given, and what it gives back: statements that run in one go once the lock is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from ...base.event import OnEvent
from ...config.settings import ExecuteSettings
from ..steps.step import Lock, Step
from ..sync.codec import link_from_json
from ..sync.link import Link

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Context:
    """One run of one step. `allow` is what the caller consents to. An action may be run again, so it keeps nothing
    between runs."""

    connection: Connection
    unit: int
    step: Step
    settings: ExecuteSettings
    on_event: OnEvent
    allow: frozenset[str] = frozenset()

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The typed parameters of the step's action."""
        return self.step.action.parameters if self.step.action else {}

    def link(self) -> Link:
        """The link as it was planned; its numbers may have moved since (see `journal.links`)."""
        return link_from_json(self.parameters["link"])

    def run(self, *statements: str) -> None:
        """Runs statements that pgwright made, in one message."""
        if statements:
            self.connection.execute(";\n".join(statements).encode())


@dataclass(frozen=True, kw_only=True)
class Change:
    """Statements for one transaction, prepared before any lock is held, so that the lock is short. `relation` is
    the table that they were prepared from (0: none): they run only while its digest is still the same. `locks` are
    those that the statements take on indexes: who is in the way there is told."""

    statements: tuple[str, ...] = ()
    relation: int = 0
    digest: str = ""
    locks: tuple[Lock, ...] = ()
