"""What a clone does not have of its source, in sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..base.name import RelationName
from .restoring import Skipped

_NAMED = 5
"""So many are named; of more their number is told."""


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What was `skipped`, relations that the role may not read (`hidden`), statistics that could not be put in, and
    what is only like the source (`notes`), each of the last two a sentence."""

    skipped: tuple[Skipped, ...] = ()
    hidden: tuple[RelationName, ...] = ()
    statistics: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it, what matters most first."""
        extensions = [each for each in self.skipped if each.kind == "extension"]
        others = [each for each in self.skipped if each.kind != "extension"]
        found = [f"The clone does not have the extension {each.name}: {each.reason}" for each in extensions]
        if others:
            named = _listed([f"{each.kind} {each.name} ({each.reason.rstrip('.')})" for each in others])
            because = ", most of it because of what is missing above" if extensions else ""
            found.append(f"The clone does not have {named}{because}; statements that need it cannot be planned there.")
        if self.hidden:
            named = _listed([str(each) for each in self.hidden])
            found.append(f"This role may not read {named}: they are not on the clone. Everything else is there.")
        return (*found, *self.statistics[:_NAMED], *_more(self.statistics), *self.notes)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _more(sentences: Sequence[str]) -> tuple[str, ...]:
    more = len(sentences) - _NAMED
    return (f"So it is with {more:,} more.",) if more > 0 else ()
