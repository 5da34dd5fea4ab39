"""A run has the same findings in text as in JSON: the first planted query of each sign, told by one execution."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.diagnose.diagnosis import Diagnosis, diagnose
from pgwright.diagnose.query_plan import read
from pgwright.diagnose.query_plan.model import QueryPlan
from pgwright.diagnose.surroundings import reader
from tests.diagnose.query_plan.same import runner
from tests.diagnose.query_plan.statements import Statement
from tests.support import planted
from tests.support.databases import Database

BESIDE = ("Planning", "Planning Time", "Execution Time")
"""What auto_explain does not say."""


def first(corpus: planted.Corpus, major: int) -> planted.Planted | None:
    """The first query of a corpus that has the defect and is executed."""
    for query in corpus.queries:
        if query.found and query.analyze and not query.captured and (not query.majors or major in query.majors):
            return query
    return None


def told(diagnosis: Diagnosis) -> list[tuple[str, str, str, float]]:
    return [(each.name, each.finding.location, each.finding.cure_sql, round(each.share, 3)) for each in diagnosis.found]


@pytest.mark.majors("all")
@pytest.mark.parametrize("corpus", planted.corpora(), ids=lambda corpus: corpus.sign)
def test_text_and_json_of_one_run_have_the_same_findings(
    corpus: planted.Corpus, make_database: Callable[..., Database]
) -> None:
    database = make_database(corpus.setup)
    query = first(corpus, database.major)
    if query is None:
        return
    statement = Statement(name=query.name, sql=query.sql, settings=dict(query.settings))
    with runner(database) as run:
        in_json, in_text = (read.plans(each)[0] for each in run.both(statement, "text", verbose=True))
    with database.connect() as connection:
        around = reader.read(connection, in_json)
    without = {key: value for key, value in in_json.properties.items() if key not in BESIDE}
    bare = QueryPlan(root=in_json.root, properties=without, query=in_text.query)
    assert told(diagnose(in_text, around)) == told(diagnose(bare, around))
