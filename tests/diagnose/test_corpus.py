"""Every sign is found where it was planted, and nothing is found that is not there: on five majors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.base import registry
from tests.support import planted
from tests.support.databases import Database, Server

CORPORA = planted.corpora()


def test_every_sign_has_planted_queries() -> None:
    both = {corpus.sign for corpus in CORPORA if {query.found for query in corpus.queries} == {True, False}}
    assert sorted(both) == sorted(registry.names("diagnose.signs"))


@pytest.mark.majors("every")
@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.sign)
def test_planted(corpus: planted.Corpus, server: Server, make_database: Callable[..., Database]) -> None:
    database = make_database(corpus.setup)
    wrong = []
    with database.connect() as connection:
        planted.vacuum(connection, corpus)
        for query in corpus.queries:
            if query.majors and server.major not in query.majors:
                continue
            diagnosis = planted.run(connection, query)
            found = {each.name for each in diagnosis.found}
            if not query.expected <= found <= query.expected | query.maybe:
                wrong.append(f"{query.name}: {sorted(found)} instead of {sorted(query.expected)}")
            cures = [each.finding.cure_sql for each in diagnosis.found if each.name == corpus.sign]
            if query.cure is not None and query.cure not in cures:
                wrong.append(f"{query.name}: the cure is {cures}")
    assert "\n".join(wrong) == ""
