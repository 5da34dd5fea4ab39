"""What an action is given: the session inside its transaction, and the step that it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ...base.event import OnEvent
from ...config.settings import ExecuteSettings
from ..steps.step import Step
from ..sync.codec import link_from_json
from ..sync.link import Link

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Context:
    """One run of one step. `allow` is what the caller consents to. An action may be run again from a savepoint, so
    it keeps nothing between runs."""

    connection: Connection
    unit: int
    step: Step
    settings: ExecuteSettings
    on_event: OnEvent
    allow: frozenset[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The typed parameters of the step's action."""
        return self.step.action.parameters if self.step.action else {}

    def link(self) -> Link:
        """The link as it was planned; its numbers may have moved since (see `journal.links`)."""
        return link_from_json(self.parameters["link"])

    def run(self, *statements: str) -> None:
        """Runs statements that pgwright made."""
        for statement in statements:
            self.connection.execute(statement.encode())
