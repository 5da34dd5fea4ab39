"""Every sign is found where it was planted, and nothing is found that is not there: on five majors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.base import registry
from tests.support import planted
from tests.support.databases import Database, Server

CORPORA = planted.corpora()
TRIES = 3
"""Shares are of measured times, and on a machine that does other work a share may be another one for once."""


def test_every_sign_has_planted_queries() -> None:
    both = {corpus.sign for corpus in CORPORA if {query.found for query in corpus.queries} == {True, False}}
    assert sorted(both) == sorted(registry.names("diagnose.signs"))


@pytest.mark.majors("every")
@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.sign)
def test_planted(corpus: planted.Corpus, server: Server, make_database: Callable[..., Database]) -> None:
    database = make_database(corpus.setup)
    wrong: list[str] = []
    with database.connect() as connection:
        planted.vacuum(connection, corpus)
        for query in corpus.queries:
            if not query.majors or server.major in query.majors:
                for _ in range(TRIES):
                    said = planted.wrong(query, planted.run(connection, query))
                    if not said:
                        break
                wrong += said
    assert "\n".join(wrong) == ""
