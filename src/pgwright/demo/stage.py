"""What an act is given: the database, the two applications, the record, and somebody who tells the story."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg

from .measure import Record
from .traffic import Application


class Narrator(Protocol):
    """Tells what happens, as it happens. It decides nothing."""

    def act(self, title: str, record: Record) -> None:
        """A new act begins; `record` is what its applications will be measured into."""

    def phase(self, text: str) -> None:
        """What happens now, in a few words."""

    def say(self, text: str) -> None:
        """Something worth a line."""

    def progress(self, done: int, total: int, rows: int) -> None:
        """The backfill: blocks done of blocks to do, rows filled."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The scene of one act. `connection` is ours, in autocommit mode; the applications have their own."""

    dsn: str
    connection: psycopg.Connection[Any]
    old: Application
    new: Application
    record: Record
    narrator: Narrator

    def phase(self, text: str, *, calm: bool = False) -> None:
        """Names what happens from now on, for the story and for the record; `calm` where nothing is changed."""
        self.record.phase(text, calm=calm)
        self.narrator.phase(text)

    def live(self, seconds: float) -> None:
        """Lets the applications live for a while."""
        time.sleep(seconds)
