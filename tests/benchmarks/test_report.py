"""What a benchmark found becomes lines, JSON and a page, and a missed goal an exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import benchmarks.__main__ as command
import pytest
from benchmarks.ratio import Ratio
from benchmarks.support import keeping, options, pgroll
from benchmarks.support.options import Options
from benchmarks.support.report import Goal, Report, Table, caution, of_ratios, spread
from tools import measured_page, measured_summary

from benchmarks import peer

TABLE = Table(title="What was noticed", head=("", "failed"), rows=(("plain SQL", "1,234"), ("no change", "0")))
KEPT = Goal(promise="failed statements, 0", found="0", kept=True)
MISSED = Goal(promise="memory at most 100 MB", found="186 MB", kept=False)


def test_options_are_read_and_unknown_names_refused(capsys: pytest.CaptureFixture[str]) -> None:
    names, found = options.read(["stall", "--rows", "1_000", "--hold", "0.5", "--write"], ["peer", "stall"])
    assert (names, found) == (["stall"], Options(rows=1000, hold=0.5, write=True))
    assert options.read([], ["peer", "stall"])[0] == ["peer", "stall"]
    for wrong in (["stal"], ["stall", "--rows", "0"], ["--row", "1", "--nonsense"]):
        with pytest.raises(SystemExit) as raised:
            options.read(wrong, ["peer", "stall"])
        assert raised.value.code == 2
    assert "no such benchmark: stal; there are peer, stall" in capsys.readouterr().err


def test_a_missed_goal_is_told_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "measured", lambda name, options: Report(tables=(TABLE,), goals=(KEPT, MISSED)))
    assert command.main(["memory"]) == 1
    said = capsys.readouterr()
    assert "memory missed a goal: memory at most 100 MB: 186 MB" in said.err
    assert "plain SQL   1,234" in said.out
    monkeypatch.setattr(command, "measured", lambda name, options: Report(tables=(TABLE,), goals=(KEPT,)))
    assert command.main(["memory"]) == 0


def test_ratios_become_goals() -> None:
    ratio = Ratio(name="backfill", unit="rows/s", ours=79.0, theirs=100.0, against="one big UPDATE", least=0.8)
    report = of_ratios([ratio])
    assert not report.kept
    assert "0.79x" in report.goals[0].found


def test_a_spread_shows_the_lowest_and_the_highest() -> None:
    assert spread([3.0, 1.0, 2.0], ".0f") == "2 (1 to 3)"
    assert spread([2.0, 2.0], ".0f") == "2"


def kept(folder: Path, name: str = "memory") -> None:
    report = Report(
        tables=(TABLE,),
        goals=(KEPT, MISSED),
        skipped=("SET NOT NULL: refused",),
        caution=caution(300.0),
        facts={"rows": "10"},
        figures={"x": 1},
    )
    found = keeping.document(name, f'make bench ARGS="{name} --write"', report, Options(), 0.25)
    assert json.loads(keeping.keep(found, folder).read_text(encoding="utf-8"))["figures"] == {"x": 1}


def test_the_page_shows_what_was_kept_and_nothing_else(tmp_path: Path) -> None:
    assert measured_page.page(tmp_path) == measured_page.INTRODUCTION
    kept(tmp_path)
    page = measured_page.page(tmp_path)
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == ["memory"]
    assert "resident" in page, "the text of the benchmark is on it"
    assert "  plain SQL   1,234" in page
    assert "- Memory at most 100 MB: 186 MB, missed." in page
    assert "Not measured: SET NOT NULL: refused" in page
    assert "already stalled for 300 ms" in page
    assert caution(20.0) == ""
    assert re.search(r"Measured on \d{4}-\d\d-\d\d: .*load average before the run 0\.25", page.replace("\n", " "))
    assert 'make bench ARGS="memory --write"' in page
    assert max(map(len, page.splitlines())) <= 120


def test_a_table_that_is_too_wide_goes_on_below() -> None:
    wide = {"title": "W", "head": ["", *"abcdef"], "rows": [["a name", *(each * 30 for each in "123456")]]}
    lines = measured_page.fenced(wide).splitlines()
    assert max(map(len, lines)) <= 120
    assert [line.split()[:2] for line in lines if "a name" in line] == [["a", "name"]] * 2
    assert all(each * 30 in "".join(lines) for each in "123456")


def test_the_page_is_the_one_that_the_results_make() -> None:
    assert not measured_page.stale(), "run make docs; the page is not written by hand"
    assert not measured_summary.stale(measured_page.RESULTS), "run make docs; nor are the README's lines"


def test_every_benchmark_says_how_it_measures() -> None:
    for path in sorted((measured_page.ROOT / "benchmarks").glob("[a-z]*.py")):
        assert len(measured_page.text(path.stem)) > 20, path


def test_without_go_the_peer_says_what_was_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pgroll, "CACHE", tmp_path / "peer")
    monkeypatch.setenv("PATH", "/nonexistent")
    report = peer.measure(Options())
    assert report.skipped == ("Go is not installed, so pgroll was not built.",)
    assert report.tables == ()


def test_a_build_that_fails_says_what_was_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho 'no such version' >&2\nexit 1\n", encoding="utf-8")
    go.chmod(0o755)
    monkeypatch.setattr(pgroll, "CACHE", tmp_path / "peer")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(pgroll.Unbuilt, match=r"`go install .*`: no such .*; `go mod download .*`: no such version"):
        pgroll.build()


def test_the_lines_of_the_readme() -> None:
    readme = "a\n<!-- measured:begin (by hand) -->\nformer\n<!-- measured:end -->\nb\n"
    written = measured_summary.written(readme, measured_page.RESULTS)
    assert written.startswith("a\n<!-- measured:begin (by hand) -->\n\n| another session holds the table |")
    assert written.endswith("<!-- measured:end -->\nb\n")
    assert "former" not in written
    assert "goals" in written
    with pytest.raises(SystemExit, match="no place"):
        measured_summary.written("a", measured_page.RESULTS)
