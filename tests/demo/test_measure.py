from __future__ import annotations

from pgwright.demo.measure import BIN_MICROSECONDS, Failure, Record, now, percentile


def test_a_percentile_is_the_nearest_rank() -> None:
    ordered = list(range(1, 201))
    assert percentile(ordered, 50) == 100
    assert percentile(ordered, 99) == 198
    assert percentile(ordered, 100) == 200
    assert percentile([7], 1) == 7


def test_an_empty_record_has_a_summary() -> None:
    summary = Record().summary()
    assert (summary.statements, summary.failed, summary.longest_stall_ms) == (0, 0, 0.0)


def test_a_statement_belongs_to_the_phase_in_which_it_began() -> None:
    record = Record()
    record.phase("calm", calm=True)
    calm = now()
    while now() == calm:  # the clock counts microseconds, and a phase can begin in the same one
        pass
    record.phase("storm")
    storm = now()
    record.add([(storm, 9000), (calm, 1000), (storm, 2000)], [])
    assert [(phase.name, phase.statements, phase.longest) for phase in record.phases] == [
        ("calm", 1, 1000),
        ("storm", 2, 9000),
    ]
    summary = record.summary()
    assert summary.stall_phase == "storm"
    assert summary.longest_stall_ms == 9.0
    assert summary.calm_stall_ms == 1.0
    assert summary.p50_ms == 2.0


def test_failures_are_counted_by_what_was_said() -> None:
    record = Record()
    record.add(
        [(now(), 10)] * 3, [("read_user", "42703", "no"), ("read_user", "42703", "no"), ("commit", None, "lost")]
    )
    summary = record.summary()
    assert (summary.statements, summary.failed, record.failed) == (3, 3, 3)
    assert summary.reasons == (
        (Failure(what="read_user", sqlstate="42703", message="no"), 2),
        (Failure(what="commit", sqlstate=None, message="lost"), 1),
    )


def test_the_last_seconds_show_the_longest_of_each_quarter() -> None:
    record = Record()
    last = now()
    record.add([(last, 5000), (last - 2 * BIN_MICROSECONDS, 1000), (last - 2 * BIN_MICROSECONDS, 3000)], [])
    recent = record.recent(bins=8)
    # The clock may have gone on into the next quarter since.
    assert [value for value in recent if value] == [3.0, 5.0]
    assert len(recent) == 8
