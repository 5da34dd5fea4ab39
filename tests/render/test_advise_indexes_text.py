from __future__ import annotations

from dataclasses import replace

import pytest

from pgwright.render.advise_indexes_text import advise_indexes_text, progress_text

from .advice import INDEXES


def test_each_index_says_what_it_does_alone_and_for_whom() -> None:
    text = advise_indexes_text(INDEXES)
    assert "1 new index of 5.0 MB would leave 30% of the cost" in " ".join(text.split())
    assert "CREATE INDEX ON public.t (a, b DESC) INCLUDE (c) WHERE d IS NULL;" in text
    assert "saves 70.0% by itself; 5.0 MB; costs those who write 4.0%" in text
    assert "120% INSERT INTO t VALUES ($1)" in text


def test_drops_say_what_was_tried_and_what_is_missed_is_kept() -> None:
    text = advise_indexes_text(INDEXES)
    assert "DROP INDEX public.t_a;" in text
    assert "Kept, although it looks as if it could go" in text
    assert "without it the workload costs 20.0% more" in " ".join(text.split())


def test_a_drop_that_was_not_tried_says_why() -> None:
    [drop] = INDEXES.advice.drops
    for readers, said in ((0, "no statement of the workload reads its table"), (2, "not tried on a clone")):
        drops = (replace(drop, loss=None, readers=readers),)
        changed = replace(INDEXES, advice=replace(INDEXES.advice, drops=drops))
        assert said in " ".join(advise_indexes_text(changed).split())
        assert "DROP" not in changed.migration
    assert "DROP INDEX public.t_a;" in INDEXES.migration


def test_what_could_not_be_weighed_is_said() -> None:
    text = " ".join(advise_indexes_text(INDEXES).split())
    assert "Not planned: 1 statement SELECT * FROM gone: there is no gone" in text
    assert "The time was up before the search was" in text
    assert "2 statements with next to no time were not weighed" in text
    assert "Note: n" in text


def test_where_no_index_is_worth_it_that_is_the_answer() -> None:
    nothing = replace(INDEXES, advice=replace(INDEXES.advice, indexes=(), drops=(), withheld=(), effects=(), after=1.0))
    assert "no new index is worth it" in advise_indexes_text(nothing)


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_lines_fit_and_what_others_wrote_does_nothing(columns: int) -> None:
    text = advise_indexes_text(INDEXES, columns=columns)
    assert "\x1b" not in text
    statements = ("CREATE INDEX", "DROP INDEX")
    assert all(len(line) <= columns for line in text.splitlines() if not line.startswith(statements))


def test_progress_is_one_line() -> None:
    assert progress_text("planning the statements", 3, 80, None, 0) == "Planning the statements: 3 of 80 …"
    assert progress_text("searching", 0, 0, 0.42, 5 * 1024**2) == "Searching: 42% of the cost is left with 5.0 MB …"
