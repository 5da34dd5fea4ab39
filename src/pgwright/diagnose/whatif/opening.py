"""Opens the best place to ask that there is: a clone, else HypoPG where it is installed, else the model.

Which one answers is always told, and why it is not a better one. Who names a tier gets that one or an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ...base.errors import PgwrightError, Refused, StepFailed
from ...base.finding import where
from ...clone.clone import Clone
from ...clone.statistics import Column
from ...connect import session
from ...connect.session import Connection
from ._query import query
from .by_model import ByModel
from .on_clone import OnClone
from .on_hypopg import OnHypopg, installed
from .planner import Planner


class Tier(StrEnum):
    """Where can be asked, the best first."""

    CLONE = "clone"
    HYPOPG = "hypopg"
    MODEL = "model"


@dataclass(frozen=True, kw_only=True)
class Place:
    """How the database is reached, and what a clone of it is to be like: columns whose values stay away, and folders
    with server programs. `is_direct` says that `dsn` leads to the server itself, or to a pool in session mode."""

    dsn: str
    is_direct: bool = False
    blank: Sequence[Column] = ()
    folders: Sequence[Path] = ()


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Who answers; the session in which catalogs and statistics can be read that its plans are made with; and why it is
    not a better one."""

    planner: Planner
    connection: Connection
    reasons: tuple[str, ...]


@contextmanager
def opened(place: Place, tier: Tier | None = None) -> Iterator[Opened]:
    """The place to ask. Raises what making a clone raises, but where no tier was named and there can be none here; and
    Refused where the named one is not there."""
    with ExitStack() as stack:
        reasons: list[str] = []
        for each in Tier if tier is None else [tier]:
            try:
                planner, connection = _OPENING[each](place, stack)
            except (Refused, StepFailed) as error:
                if tier is not None or each is Tier.MODEL:
                    raise
                reasons.append(_reason(each, error))
            else:
                yield Opened(planner=planner, connection=connection, reasons=tuple(reasons))
                return


def _reason(tier: Tier, error: PgwrightError) -> str:
    hint = f" {error.hint}" if error.hint else ""
    return f"Not tried {where(tier)}: {error.message}{hint}"


def _clone(place: Place, stack: ExitStack) -> tuple[Planner, Connection]:
    clone = stack.enter_context(Clone(place.dsn, blank=place.blank, folders=place.folders, is_direct=place.is_direct))
    with session.open(place.dsn, name="whatif") as connection:
        available = [row[0] for row in connection.execute(query("available")).fetchall()]
    return OnClone(clone, extensions=available), clone.connection


def _hypopg(place: Place, stack: ExitStack) -> tuple[Planner, Connection]:
    connection = stack.enter_context(session.open(place.dsn, name="whatif"))
    extension = installed(connection)
    if extension is None:
        raise Refused(
            "The extension HypoPG is not installed in this database.",
            hint="pgwright never installs it; a clone needs no extension.",
        )
    planner = OnHypopg(connection, extension)
    stack.callback(planner.close)
    return planner, connection


def _model(place: Place, stack: ExitStack) -> tuple[Planner, Connection]:
    connection = stack.enter_context(session.open(place.dsn, name="whatif"))
    return ByModel(connection), connection


_OPENING = {Tier.CLONE: _clone, Tier.HYPOPG: _hypopg, Tier.MODEL: _model}
