"""What expand, contract and rollback share: signals, consent, progress, plan files."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pgwright.base.errors import Interrupted, Refused, Unconfirmed
from pgwright.cli import consent
from pgwright.cli.naming import stems
from pgwright.cli.working import stoppable

from .shell import ROOT, environment


def test_the_first_signal_sets_the_flag_and_the_second_stops() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Interrupted) as caught, stoppable() as flag:
        assert not flag.is_set()
        os.kill(os.getpid(), signal.SIGINT)
        assert flag.is_set()
        os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("the second signal must end it")
    assert caught.value.exit_code == 130
    assert signal.getsignal(signal.SIGINT) is before


def test_termination_is_like_ctrl_c() -> None:
    with stoppable() as flag:
        os.kill(os.getpid(), signal.SIGTERM)
        assert flag.is_set()


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stoppable() as flag:
            os.kill(os.getpid(), signal.SIGINT)
            assert not flag.is_set()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_destructive_counts_only_with_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    both = frozenset({"destructive", "out_of_order"})
    assert consent.given(both, yes=True) == both
    assert consent.given(frozenset({"rewrite"}), yes=False) == {"rewrite"}
    with pytest.raises(Refused, match="needs --yes"):
        consent.given(both, yes=False)
    monkeypatch.setattr(consent, "may_ask", lambda: True)
    assert consent.given(both, yes=False) == {"out_of_order"}


def test_without_a_terminal_the_refusal_is_the_answer() -> None:
    error = Unconfirmed("Table x has rows.", object="x", hint="--yes --allow destructive")
    with pytest.raises(Unconfirmed) as caught:
        consent.ask(error)
    assert caught.value is error


SCRIPT = """
import sys
from pgwright.base.errors import Unconfirmed
from pgwright.cli.options import Invocation
from pgwright.cli.output import Output
from pgwright.cli import application, working
from pgwright.render.report import MigrationStatus, UnitReport

allowed = []

def work(allow, show, stop):
    allowed.append(sorted(allow))
    if "destructive" not in allow:
        raise Unconfirmed("Table commandes has rows.", object="commandes", state="Step 1 of 2 is done.")
    return UnitReport(migrations=(MigrationStatus(name="0001_x", state="rolled back", unit=1),))

invocation = Invocation(dsn=None, profile=None, config=None, migrations=None, format="text", output=Output())
try:
    working.run(invocation, frozenset({"destructive"}), False, work)
    code = 0
except Exception as error:
    code = application.report(error, [])
print(allowed, flush=True)
sys.exit(code)
"""


def on_a_terminal(typed: str) -> tuple[int, str]:
    """Runs SCRIPT on a terminal where `typed` is typed; its exit code and what the terminal shows."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdin=theirs, stdout=theirs, stderr=theirs, env=environment(), cwd=ROOT
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    shown = b""
    while True:
        try:
            chunk = os.read(ours, 4096)
        except OSError:  # Linux says so when the last writer is gone
            break
        if not chunk:
            break
        shown += chunk
    os.close(ours)
    return child.wait(), shown.decode()


def test_on_a_terminal_the_tables_name_is_asked_for() -> None:
    code, shown = on_a_terminal("commandes\n")
    assert code == 0
    assert "Table commandes has rows." in shown
    assert "Type commandes to go on" in shown
    assert "[[], ['destructive']]" in shown


@pytest.mark.parametrize("typed", ["yes\n", "\n", "Commandes\n", "\x04"])
def test_another_word_is_no_consent(typed: str) -> None:
    code, shown = on_a_terminal(typed)
    assert code == 6
    assert "another one" in shown
    assert "Step 1 of 2 is done." in shown
    assert "[[]]" in shown


def test_a_migration_by_stem_number_or_path(tmp_path: Path) -> None:
    for name in ("0001_a.sql", "0002_b.sql", "0010_c.sql", "notes.sql", "0003_d.txt"):
        (tmp_path / name).touch()
    assert stems(["0001_a", "2", "010", "x/0002_b.sql", "0003", "unknown"], tmp_path) == (
        "0001_a", "0002_b", "0010_c", "0003", "unknown",
    )  # fmt: skip
    (tmp_path / "2_e.sql").touch()
    with pytest.raises(Exception, match="0002_b and 2_e have the number 2"):
        stems(["2"], tmp_path)


def test_events_are_lines_of_json_under_jsonl(capsys: pytest.CaptureFixture[str]) -> None:
    from pgwright.base.event import Notice
    from pgwright.cli.options import Invocation
    from pgwright.cli.output import Output
    from pgwright.cli.working import run
    from pgwright.render.report import UnitReport

    invocation = Invocation(
        dsn=None, profile=None, config=None, migrations=None, format="jsonl", output=Output(quiet=True)
    )

    def work(_allow: object, show: object, _stop: object) -> UnitReport:
        assert callable(show)
        show(Notice(message="é"))
        return UnitReport(migrations=())

    run(invocation, frozenset(), False, work)
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == [
        {"version": 1, "event": "Notice", "step": "", "message": "é"},
        {"version": 1, "migrations": []},
    ]
    assert said.err == ""
