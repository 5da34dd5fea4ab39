"""The end of a runner in its own process: before each step, or before a certain one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.lifecycle import Cycle
from tests.support.writers import Crew


class Killed(BaseException):
    """The end of a runner, which no handler of errors catches."""


def die_everywhere(life: Cycle, crew: Crew, verb: Callable[[], None]) -> list[str]:
    """Runs `verb`, is killed before each step once, and resumes. Returns where it was killed."""
    died: list[str] = []

    def gate(step: str) -> None:
        if step not in died:
            died.append(step)
            raise Killed(step)

    life.gate = gate
    while True:
        try:
            verb()
        except Killed:
            crew.advance(2)
        else:
            life.gate = None
            return died


def die_at(life: Cycle, wanted: str, verb: Callable[[], None]) -> None:
    """Runs `verb` until it comes to the step `wanted`."""

    def gate(step: str) -> None:
        if step == wanted:
            raise Killed(step)

    life.gate = gate
    with pytest.raises(Killed):
        verb()
    life.gate = None
