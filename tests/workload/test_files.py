"""`.sql` files: statements with what is said of them, and what is refused by its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, WorkloadError
from pgwright.workload.read import read
from pgwright.workload.values import Origin, Reason


def test_statements_with_what_is_said_of_them(tmp_path: Path) -> None:
    path = tmp_path / "requêtes.sql"
    path.write_text(
        "\ufeff-- the load of a Monday\n"
        "-- calls: 12_000\n--mean_ms: 2.5\nSELECT a FROM t WHERE b = 'x; -- calls: 7' AND c = $1;\n\n"
        "/* calls: 9 */\n-- Calls: 10\n  -- a word\nUPDATE t\n   SET b = 1; SELECT 1 FROM t;\n"
        "SELECT $$\n-- calls: 5\n$$ FROM t WHERE b IN (1, 2)",
        encoding="utf-8",
    )
    found = read(path)
    assert found.origin == Origin.FILE
    assert [(each.text, each.calls, each.total_ms, each.position) for each in found.statements] == [
        ("SELECT a FROM t WHERE b = $2 AND c = $1", 12_000, 30_000.0, f"{path}:4"),
        ("UPDATE t SET b = $1", 10, None, f"{path}:9"),
        ("SELECT $1 FROM t", 1, None, f"{path}:10"),
        ("SELECT $1 FROM t WHERE b IN ($2, $3)", 1, None, f"{path}:11"),
    ]
    assert [each.samples for each in found.statements][1:] == [
        (("1",),), (("1",),), (("$$\n-- calls: 5\n$$", "1", "2"),),
    ]  # fmt: skip
    assert found.statements[0].mean_ms == 2.5
    assert found.share(found.statements[0]) == 12_000 / 12_012


def test_the_same_statement_twice_is_one() -> None:
    one = "-- calls: 3\n-- mean_ms: 2\nSELECT a FROM t WHERE b = 1;\n"
    text = one + "-- calls: 1\n-- mean_ms: 6\nselect a from t where b=2"
    (found,) = read(text).statements
    assert (found.calls, found.total_ms, found.mean_ms) == (4, 12.0, 3.0)
    assert set(found.samples) == {("1",), ("2",)}


def test_system_queries_and_control_are_counted() -> None:
    found = read("SELECT a FROM t; SELECT * FROM pg_class; SELECT * FROM pgwright.migration;")
    assert [each.text for each in found.statements] == ["SELECT a FROM t"]
    assert found.counted() == {Reason.OWN: 1, Reason.CATALOG: 1}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("SELECT 1;\n  \\copy t FROM x", (2, 3), r"\\copy is a command of psql"),
        ("SELECT a FROM t;\nCREATE INDEX i ON t (a);", (2, 1), r"this is no query \(Index\)"),
        ("SELECT a FROM t;\n\n  SELECT é FROM WHERE;", (3, 17), "syntax error at or near \"WHERE\""),
        ("SELECT a FROM t WHERE b = 'x", (1, 27), "unterminated quoted string"),
        ("-- calls: many\nSELECT 1", (1, 11), "no number for calls"),
        ("-- calls: 1.5\nSELECT 1", (1, 11), "a whole number above zero"),
        ("-- calls: 0\nSELECT 1", (1, 11), "a whole number above zero"),
        ("-- mean_ms = 5\nSELECT 1", (1, 14), "no number for mean_ms"),
        ("-- calls: 5\n-- calls: 6\nSELECT 1", (2, 1), "calls stands above this statement twice"),
        ("SELECT 1 FROM t; -- calls: 5\nSELECT 2", (1, 18), "stands behind something else"),
        ("SELECT 1\n-- calls: 5\nFROM t", (2, 1), "stands behind something else"),
        ("SELECT 1;\n-- calls: 5\n", (2, 1), "stands above no statement"),
        ("BEGIN; SELECT 1", (1, 1), r"this is no query \(Transaction\)"),
    ],
)  # fmt: skip
def test_mistakes_have_a_place(tmp_path: Path, text: str, place: tuple[int, int], message: str) -> None:
    path = tmp_path / "a.sql"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MigrationFileError, match=message) as raised:
        read(path)
    assert (raised.value.line, raised.value.column) == place
    assert raised.value.message.startswith(f"{path}:{place[0]}:{place[1]}: ")
    assert raised.value.hint


@pytest.mark.parametrize("text", ["-- nothing\n", ";;\n", "SELECT * FROM pg_class"])
def test_no_statement_at_all(text: str) -> None:
    with pytest.raises(WorkloadError, match="The file has no statement"):
        read(text)


def test_two_files_are_not_one(tmp_path: Path) -> None:
    for name, text in (("a.sql", "SELECT 1 FROM t"), ("b.log", "[1] LOG:  duration: 1.0 ms  statement: SELECT 1\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(WorkloadError, match=r"a\.sql is no log, and the others are"):
        read([tmp_path / "a.sql", tmp_path / "b.log"])
    with pytest.raises(WorkloadError, match="when they are logs"):
        read([tmp_path / "a.sql", tmp_path / "a.sql"])
