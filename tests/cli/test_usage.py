"""The command line as somebody uses it who has not read the manual. No server is needed here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pgwright.base import registry
from pgwright.base.errors import PgwrightError
from pgwright.cli import main
from pgwright.cli.pages import EXIT_CODES

from .shell import environment, pgwright

GROUPED = ("config show", "throttle show", "throttle set", "plans save", "plans diff", "plans gate")


def test_without_a_command_the_help_is_shown_and_it_is_an_error() -> None:
    done = pgwright()
    assert (done.returncode, done.stdout) == (2, "")
    assert all(name in done.stderr for name in registry.names("cli.commands"))


def test_the_version() -> None:
    import pgwright as package

    assert pgwright("--version").stdout == f"pgwright {package.__version__}\n"


def test_an_unknown_command_names_the_nearest() -> None:
    done = pgwright("exapnd")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: There is no command pgwright exapnd.\nNothing was changed.\n"
        "Did you mean pgwright expand or pgwright explain?\n"
    )


def test_an_unknown_command_of_a_group() -> None:
    assert "Did you mean pgwright config show?" in pgwright("config", "shwo").stderr
    assert "pgwright config --help" in pgwright("config", "zzz").stderr


def test_a_bad_option_says_where_to_look() -> None:
    done = pgwright("plan", "--alow", "x")
    assert done.returncode == 2
    assert "No such option" in done.stderr
    assert "pgwright plan --help" in done.stderr


def test_an_option_before_the_command_says_where_it_belongs() -> None:
    done = pgwright("--dsn", "x", "plan")
    assert done.returncode == 2
    assert "Options stand after the command" in done.stderr


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_errors_are_objects_under_json(form: str) -> None:
    done = pgwright("expand", "--nope", f"--format={form}")
    said = json.loads(done.stdout)
    assert done.returncode == 2
    assert said["version"] == 1
    assert list(said["error"]) == ["name", "exit_code", "message", "state", "hint"]
    assert said["error"]["exit_code"] == 2
    assert said["error"]["state"] == "Nothing was changed."
    assert "No such option" in done.stderr
    assert done.stdout.count("\n") == 1 or form == "json"


def test_a_bad_choice_and_a_missing_argument() -> None:
    assert "'text', 'json'" in pgwright("plan", "--format", "yaml").stderr
    assert "NAME" in pgwright("new").stderr


@pytest.mark.parametrize("wrong", ["soon", "-1", "1 week", "1h30", ""])
def test_a_duration_that_is_none(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", f"--grace={wrong}"]) == 2
    assert "write 90s, 30min, 2h or 1d" in capsys.readouterr().err


def test_quiet_and_verbose_exclude_each_other() -> None:
    assert "exclude each other" in pgwright("plan", "-q", "-v").stderr


def test_options_that_do_not_fit_together() -> None:
    assert "exclude each other" in pgwright("contract", "--grace", "1h", "--finalize").stderr
    assert "--role needs --sql" in pgwright("init", "--role", "x").stderr


def test_destructive_consent_is_never_asked_for_without_a_terminal(tmp_path: Path) -> None:
    done = pgwright("rollback", "--allow", "destructive", folder=tmp_path)
    assert done.returncode == 6
    assert "--allow destructive needs --yes" in done.stderr


@pytest.mark.parametrize("name", ["rename_column", "config show", "LockNotObtained", "lock_not_obtained", "4", "PLAN"])
def test_every_kind_of_page_is_found(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", *name.split()]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("# ")
    assert said.err == ""


def test_an_unknown_page_names_the_nearest_and_all() -> None:
    done = pgwright("docs", "rename_colum")
    assert done.returncode == 2
    assert "Did you mean rename_column" in done.stderr
    assert "LockNotObtained" in done.stderr


def test_the_list_of_pages_fits_into_80_columns() -> None:
    assert max(len(line) for line in pgwright("docs").stdout.splitlines()) <= 80


@pytest.mark.parametrize("command", [*registry.names("cli.commands"), *GROUPED])
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*command.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert "\x1b" not in shown
    if command not in ("advise", "config", "plans", "throttle"):
        assert f"\n    pgwright {command}" in shown


@pytest.mark.parametrize("arguments", [["docs"], ["--version"], ["--help"], ["config", "show"]], ids=str)
def test_a_reader_that_goes_away_is_no_error(arguments: list[str], tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "pgwright", *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_closed_stdout_is_no_traceback() -> None:
    line = f"{sys.executable} -m pgwright --version >&-; echo $?"
    done = subprocess.run(["bash", "-c", line], env=environment(), capture_output=True, text=True)
    assert "Traceback" not in done.stderr


def plain_terminal(*arguments: str, folder: Path, encoding: str = "ascii") -> subprocess.CompletedProcess[bytes]:
    env = environment(PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    return subprocess.run([sys.executable, "-m", "pgwright", *arguments], cwd=folder, env=env, capture_output=True)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_knows_no_unicode_still_gets_everything(encoding: str, tmp_path: Path) -> None:
    done = plain_terminal("日本", folder=tmp_path, encoding=encoding)
    assert done.returncode == 2
    assert rb"\u65e5\u672c" in done.stderr
    done = plain_terminal("config", "show", "--dsn", "dbname=日本", folder=tmp_path, encoding=encoding)
    assert done.returncode == 0, done.stderr
    assert rb"dbname=\u65e5\u672c" in done.stdout


def test_json_stays_json_where_the_terminal_knows_no_unicode(tmp_path: Path) -> None:
    done = plain_terminal("config", "show", "--dsn", "dbname=é日", "--format", "json", folder=tmp_path)
    values = {item["key"]: item["value"] for item in json.loads(done.stdout)["settings"]}
    assert values["dsn"] == "dbname=é日"


def test_no_colour_in_a_pipe_and_colour_when_asked_for() -> None:
    assert "\x1b" not in pgwright("plam").stderr
    assert "\x1b[31merror:" in pgwright("plan", "--nope", "--color", "always").stderr


def test_the_exit_codes_of_all_errors_are_documented() -> None:
    found = [PgwrightError]
    for kind in found:
        found.extend(kind.__subclasses__())
    assert {kind.exit_code for kind in found} <= set(EXIT_CODES)
    assert {0, 1, 2, 3, 4, 5, 6, 7, 130} <= set(EXIT_CODES)


def test_a_defect_is_reported_as_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from pgwright.cli import pages

    def broken(name: str) -> None:
        raise RuntimeError("postgresql://me:secret@host/db broke")

    monkeypatch.setattr(pages, "find", broken)
    assert main(["docs", "4"]) == 70
    shown = capsys.readouterr().err
    assert "error: Unexpected RuntimeError" in shown
    assert "defect" in shown
    assert "secret" not in shown
    assert "Traceback" not in shown


def test_ctrl_c_before_anything_was_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from pgwright.cli import pages

    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pages, "find", interrupted)
    assert main(["docs", "4"]) == 130
    assert capsys.readouterr().err == "error: Interrupted.\nNothing was changed.\n"


def test_the_shell_completion_knows_the_commands() -> None:
    env = environment(_PGWRIGHT_COMPLETE="bash_complete", COMP_WORDS="pgwright ro", COMP_CWORD="1")
    done = subprocess.run([sys.executable, "-m", "pgwright"], env=env, capture_output=True, text=True)
    assert done.stdout.split() == ["plain,rollback"]
