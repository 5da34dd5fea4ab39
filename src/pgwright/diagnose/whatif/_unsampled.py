"""What a tier answers that asks the planner of the database itself: it has no place to put a sample."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

from ...base.errors import Refused
from .planner import Guessed
from .proposed import Proposed


class Unsampled:
    """A tier whose planner knows only what is there."""

    def statistics(self, sql: str) -> AbstractContextManager[None]:
        """None can be tried here."""
        raise Refused(f"Statistics are tried on a clone only; here one has to make them: {sql.splitlines()[0]}")

    def analyzed(
        self,
        indexes: Iterable[Proposed],  # noqa: ARG002 - the protocol
        *,
        seconds: float = math.inf,  # noqa: ARG002
    ) -> AbstractContextManager[tuple[Guessed, ...]]:
        """No expression could be known better here."""
        return nullcontext(())
