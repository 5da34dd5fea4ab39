"""Logs that real servers wrote, in every form, give the same workload."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from pgwright.base.errors import WorkloadError
from pgwright.workload.read import read
from pgwright.workload.values import Origin, Reason, Workload
from tests.support.own import Own
from tests.workload.conftest import EXPECTED, HOSTILE, PREFIXES, counted, logs_of


def check_load(found: Workload) -> None:
    """All of the load, with its times and values."""
    assert (found.origin, counted(found)) == (Origin.LOG, EXPECTED)
    by_text = {each.text: each for each in found.statements}
    assert all((each.total_ms or 0) > 0 for each in found.statements)
    assert sum(map(found.share, found.statements)) == pytest.approx(1)
    one = by_text["SELECT * FROM t WHERE id = $1 AND a <> $2"]
    hostile = "E'" + HOSTILE.replace("'", "''").replace("\\", "\\\\") + "'"
    assert sorted(one.samples) == [(f"'{number}'", hostile) for number in range(4)]
    prepared = by_text["SELECT a FROM t WHERE b = $1 AND a <> $2 AND id < $3"]
    assert set(prepared.samples) == {(value, "'it''s'", "9") for value in ("0", "-1", "-2")}
    listed = by_text["SELECT * FROM t WHERE b IN ($1,$2) AND a = $3 order by 1"]
    assert sorted(listed.samples) == [("1", str(number), "'é; \"q\"'") for number in range(3)]
    assert by_text["INSERT INTO t VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"].samples == (
        ("-1", "$q$a 'b'\n$q$", "NULL"),
    )


@pytest.mark.majors("all")
@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_form_with_every_prefix(logging: Own, prefix: str) -> None:
    logs = logs_of(logging, prefix, log_min_duration_statement="0", log_line_prefix=PREFIXES[prefix])
    assert logs.files.keys() == {"log", "csv"} | ({"json"} if logging.server.binaries.major >= 15 else set())
    for path in logs.files.values():
        found = read(path, database="postgres")
        check_load(found)
        assert found.left_out
        assert found.counted()[Reason.CONTROL] >= 2
        assert found.counted()[Reason.UTILITY] >= 2
        assert found.counted()[Reason.CATALOG] >= 1
        assert found.statements[0].position.startswith(f"{path}:")
        if prefix != "bare":
            assert found.since is not None
            assert found.since.tzinfo is not None
            assert found.seconds is not None


@pytest.mark.majors("all")
def test_statements_and_times_apart(logging: Own) -> None:
    logs = logs_of(logging, "apart", log_statement="all", log_duration="on", log_line_prefix="%m [%p] ")
    for path in logs.files.values():
        found = read(path)
        check_load(found)
        assert found.counted()[Reason.FAILED] == 1


@pytest.mark.majors("all")
def test_statements_without_times(logging: Own) -> None:
    logs = logs_of(logging, "untimed", log_statement="all")
    for path in logs.files.values():
        found = read(path)
        assert counted(found) == EXPECTED
        assert {each.total_ms for each in found.statements} == {None}
        assert found.total_ms is None
        assert found.share(found.statements[0]) == 4 / 15
        assert any("no time for 15 calls" in note for note in found.notes)


@pytest.mark.majors("all")
@pytest.mark.parametrize("form", ["text", "json", "xml", "yaml"])
@pytest.mark.parametrize("twice", [False, True], ids=["alone", "beside statements"])
def test_auto_explain(logging: Own, form: str, twice: bool) -> None:
    settings = {"auto_explain.log_min_duration": "0", "auto_explain.log_format": form}
    if twice:
        settings["log_min_duration_statement"] = "0"
    logs = logs_of(logging, f"plans_{form}_{twice}", **settings)
    for path in logs.files.values():
        found = read(path)
        assert counted(found) == EXPECTED
        if twice:
            check_load(found)


@pytest.mark.majors("all")
def test_several_files_compressed_and_broken_off(logging: Own, tmp_path: Path) -> None:
    logs = logs_of(logging, "files", log_min_duration_statement="0")
    twice = {text: 2 * calls for text, calls in EXPECTED.items()}
    for form, path in logs.files.items():
        whole = path.read_bytes()
        packed = tmp_path / f"a.{form}.gz"
        packed.write_bytes(gzip.compress(whole))
        assert counted(read([path, packed])) == twice
        packed.write_bytes(gzip.compress(whole)[:-9])  # without its check sum
        assert counted(read(packed)) == EXPECTED
        for cut in range(len(whole) - 1, len(whole) - 200, -7):
            packed.write_bytes(whole[:cut])
            found = counted(read(packed))
            assert found.keys() <= EXPECTED.keys(), "a statement that was cut off is no statement"


@pytest.mark.majors("all")
def test_another_database_does_not_count(logging: Own) -> None:
    logs = logs_of(logging, "elsewhere", log_min_duration_statement="0", log_line_prefix="%m [%p] %q%u@%d ")
    for path in logs.files.values():
        with pytest.raises(WorkloadError, match="in other databases"):
            read(path, database="autre")


@pytest.mark.majors("all")
@pytest.mark.parametrize("verbosity", ["verbose", "terse"])
def test_more_and_fewer_words(logging: Own, verbosity: str) -> None:
    settings = {"log_min_duration_statement": "0", "log_error_verbosity": verbosity}
    for form, path in logs_of(logging, verbosity, **settings).files.items():
        found = read(path)
        if (verbosity, form) == ("terse", "log"):  # without a detail nobody knows what EXECUTE ran
            assert EXPECTED.items() - counted(found).items() == {
                ("SELECT a FROM t WHERE b = $1 AND a <> $2 AND id < $3", 3)
            }
        else:
            check_load(found)


@pytest.mark.majors("all")
def test_what_containers_and_operators_make_of_a_log(logging: Own, tmp_path: Path) -> None:
    files = logs_of(logging, "wrapped", log_min_duration_statement="0", log_line_prefix="%m [%p] %q%u@%d ").files
    lines = files["log"].read_text(encoding="utf-8").splitlines(keepends=True)
    docker = [json.dumps({"log": line, "stream": "stderr", "time": "2026-03-01T10:00:00Z"}) + "\n" for line in lines]
    kubernetes = [f"2026-03-01T10:00:00.123456789Z stderr F {line}" for line in lines]
    names = ("log_time", "user_name", "database_name", "process_id", "connection_from", "session_id")
    with files["csv"].open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    records = [
        {"level": "info", "logger": "postgres", "msg": "record", "record": dict(zip(names, row, strict=False))
         | {"error_severity": row[11], "message": row[13], "detail": row[14], "application_name": row[22]}}
        for row in rows
    ]  # fmt: skip
    operator = ['{"level":"info","msg":"starting"}\n', *(json.dumps(record) + "\n" for record in records)]
    for made in (docker, kubernetes, operator):
        path = tmp_path / "a.log"
        path.write_text("".join(made), encoding="utf-8")
        check_load(read(path, database="postgres"))


def test_syslog(tmp_path: Path) -> None:
    """As rsyslog writes it: numbered parts, tabs as #011, sessions between each other, long lines in two parts."""
    head = "Mar  1 10:00:00 host postgres[{}]: [{}] {}\n"
    lines = [
        (11, "7-1", "LOG:  duration: 2.000 ms  statement: SELECT a"),
        (12, "9-1", "LOG:  duration: 4.000 ms  execute <unnamed>: SELECT c FROM u WHERE d ="),
        (11, "7-2", "#011 FROM t WHERE b = 'x"),
        (12, "9-2", " $1"),
        (11, "7-3", "#011y'"),
        (12, "9-1", "DETAIL:  parameters: $1 = '5'"),
    ]
    path = tmp_path / "syslog"
    path.write_text("".join(head.format(*line) for line in lines), encoding="utf-8")
    found = read(path)
    assert counted(found) == {"SELECT c FROM u WHERE d = $1": 1, "SELECT a FROM t WHERE b = $1": 1}
    assert [each.samples for each in found.statements] == [(("'5'",),), (("'x\ny'",),)]


def test_other_languages() -> None:
    """As the message catalogues of PostgreSQL 15 spell it."""
    text = (
        "2026-03-01 10:00:00 CET [1] LOG:  Dauer: 2.500 ms  Anweisung: SELECT a FROM t WHERE b = 1\n"
        "2026-03-01 10:00:00 CET [1] LOG:  Dauer: 2.500 ms  Ausführen <unnamed>: SELECT a FROM t WHERE b = $1\n"
        "2026-03-01 10:00:00 CET [1] DETAIL:  Parameter: $1 = '2'\n"
        "2026-03-01 10:00:00 CET [2] LOG:  durée : 2.500 ms, instruction : SELECT a FROM t WHERE b = 3\n"
        "2026-03-01 10:00:00 CET [2] LOG:  durée : 2.500 ms  exécute S_1: SELECT a FROM t WHERE b = $1\n"
        "2026-03-01 10:00:00 CET [2] DÉTAIL:  paramètres : $1 = '4'\n"
        "2026-03-01 10:00:00 CET [3] СООБЩЕНИЕ:  продолжительность: 2.500 мс, оператор: SELECT a FROM t WHERE b = 5\n"
        "2026-03-01 10:00:00 CET [4] LOG:  期間: 2.500 ミリ秒  文: SELECT a FROM t WHERE b = 6\n"
        "2026-03-01 10:00:00 CET [5] 日志:  执行时间: 2.500 ms 语句: SELECT a FROM t WHERE b = 7\n"
    )
    found = read(text)
    assert counted(found) == {"SELECT a FROM t WHERE b = $1": 7}
    assert found.total_ms == pytest.approx(17.5)


def test_a_strange_language_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("2026-03-01 10:00:00 CET [1] LOG:  kesto: 2.5 ms  lause: SELECT a FROM t\n", encoding="utf-8")
    with pytest.raises(WorkloadError, match="no statement of an application"):
        read(path)


def test_slow_statements_only() -> None:
    lines = [f"[1] LOG:  duration: {ms}.5 ms  statement: SELECT a FROM t WHERE b = 1\n" for ms in (250, 900)]
    (note,) = read("".join(lines)).notes
    assert note.startswith("The quickest statement of this log took 250 ms")


def test_values_that_were_cut_off_are_no_sample() -> None:
    text = (
        "[1] LOG:  duration: 0.5 ms  execute a: SELECT a FROM t WHERE b = $1 AND c = $2\n"
        "[1] DETAIL:  Parameters: $1 = 'abc...', $2 = 'x, $3 = ''y'''\n"
        "[1] LOG:  duration: 0.5 ms  execute a: SELECT a FROM t WHERE b = $1 AND c = $2\n"
        "[1] DETAIL:  Parameters: $1 = NULL, $2 = 'x, $3 = ''y'''\n"
    )
    (one,) = read(text).statements
    assert (one.calls, one.samples) == (2, (("NULL", "'x, $3 = ''y'''"),))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\x7fELF\0\0", "is no text"),
        (b"\x1f\x8b\x08", "is empty"),
        (b"2026-01-01 10:00:00 UTC [1] LOG:  checkpoint starting: time\n", "The log has no statement"),
        (b"[1] LOG:  duration: 1.0 ms  statement: COMMIT\n", "1 transaction control"),
    ],
)
def test_what_is_no_log(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(content)
    with pytest.raises(WorkloadError, match=message) as raised:
        read(path)
    assert raised.value.hint


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    for path, message in ((tmp_path, "folder"), (tmp_path / "none", "No such file")):
        with pytest.raises(WorkloadError, match=message):
            read(path)
    with pytest.raises(WorkloadError, match="No file was given"):
        read([])
