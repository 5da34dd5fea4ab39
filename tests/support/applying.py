"""What the tests of `apply` share: where migrations are, how they were run, and what an error says."""

from __future__ import annotations

import pytest

from pgwright.api.apply import apply
from pgwright.api.status import status
from pgwright.base.errors import PgwrightError
from tests.support.project import Project


def states(project: Project) -> dict[str, str]:
    """The state of each migration."""
    return {each.name: each.state for each in status(project.settings).migrations}


def strategies(project: Project, name: str) -> list[tuple[str, str]]:
    """The operations of a migration in the journal, each with its strategy."""
    return project.database.all(
        "SELECT o ->> 'name', o ->> 'strategy' FROM pgwright.migration m, "
        "jsonb_array_elements(planned -> 'operations') o WHERE m.name = %s",
        name,
    )


def failed(project: Project, kind: type[PgwrightError], *words: str, allow: frozenset[str] = frozenset()) -> str:
    """What `apply` says when it fails with exactly this kind of error; all `words` are in it."""
    with pytest.raises(kind) as caught:
        apply(project.settings, allow=allow)
    assert type(caught.value) is kind
    text = str(caught.value)
    assert all(word in text for word in words), text
    assert caught.value.hint
    return text
