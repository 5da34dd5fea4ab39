"""Every millisecond at exactly one place: the parts of every plan add up to its Execution Time, on five majors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.diagnose.accounting.account import TOUCHED, Account, account
from tests.support import plans
from tests.support.databases import Database

SETUP, STATEMENTS = plans.hard()
MOST = 0.02
SMALL_MS = 0.05
"""Below this the last digits of the server decide."""
TRIES = 4
"""A process that has to wait for a processor may do so outside of every node; it seldom does so again and again."""


@pytest.mark.majors("every")
@pytest.mark.parametrize("verbose", [True, False], ids=["verbose", "terse"])
def test_time_is_conserved(make_database: Callable[..., Database], verbose: bool) -> None:
    database = make_database(SETUP)
    wrong = []
    with database.connect() as connection:
        for statement in STATEMENTS:
            for _ in range(TRIES):
                plan = plans.captured(connection, statement, f"ANALYZE, BUFFERS, VERBOSE {verbose}")
                said = _lost(account(plan))
                if not said:
                    break
            wrong += [f"{statement.name}: {each}" for each in said]
    assert "\n".join(wrong) == ""


def _lost(found: Account) -> list[str]:
    """What does not add up."""
    assert found.execution_ms is not None
    assert found.accounted_ms is not None
    said = []
    if abs(found.accounted_ms - found.execution_ms) > MOST * found.execution_ms + SMALL_MS:
        said.append(f"{found.accounted_ms:.3f} of {found.execution_ms:.3f} ms")
    if found.unexplained_ms > MOST * found.execution_ms:
        said.append(f"{found.unexplained_ms:.3f} ms do not fit their parents")
    return said


@pytest.mark.majors("every")
def test_blocks_are_conserved(make_database: Callable[..., Database]) -> None:
    """No page is counted twice or lost: exclusive blocks add up to those of the root, and of what ran after it."""
    database = make_database(SETUP)
    wrong = []
    with database.connect() as connection:
        for statement in STATEMENTS:
            found = account(plans.captured(connection, statement, "ANALYZE, BUFFERS, VERBOSE"))
            summed = sum(found.blocks(node) for node in found.plan.nodes)
            after = [node for node in found.plan.nodes if node.is_cte and not _pulled(found, node.path)]
            whole = sum(node.number(key) for node in (found.plan.root, *after) for key in TOUCHED)
            if abs(summed - whole) > MOST * whole + 1:
                wrong.append(f"{statement.name}: {summed:.0f} of {whole:.0f} pages")
    assert "\n".join(wrong) == ""


def _pulled(found: Account, path: str) -> bool:
    return any(edge.node.path == path for edges in found.inside.values() for edge in edges)
