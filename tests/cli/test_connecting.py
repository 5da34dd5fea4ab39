"""Commands that connect, used as somebody does whose configuration or server is not right."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.support.databases import Database

from .shell import pgwright

CONNECTING = ["plan", "expand", "contract", "rollback", "status", "doctor", "init", "pause", "resume"]
SECRET = "s3cr3t-p@ss"


@pytest.mark.parametrize("command", CONNECTING)
def test_no_server_and_nothing_configured(command: str, tmp_path: Path) -> None:
    done = pgwright(command, folder=tmp_path, env={"PGHOST": str(tmp_path), "PGUSER": "nobody"})
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("error: Cannot connect with libpq's own variables")
    assert "Nothing was changed." in done.stderr
    assert "pgwright config show" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "dsn", [f"postgresql://me:{SECRET}@127.0.0.1:%s/x", f"host=127.0.0.1 port=%s user=me password='{SECRET}'"]
)
@pytest.mark.parametrize("arguments", [["-vv"], ["--format", "json"]], ids=str)
def test_an_unreachable_server_and_no_password_anywhere(dsn: str, arguments: list[str], tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: refused
        done = pgwright("status", "--dsn", dsn % nobody.getsockname()[1], *arguments, folder=tmp_path)
    assert done.returncode == 3
    assert SECRET not in done.stdout + done.stderr
    assert "***" in done.stderr


def test_a_wrong_password(tmp_path: Path) -> None:
    """A server that asks for a password and refuses every one, as far as a client can tell."""
    import threading

    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        client, _ = listener.accept()
        with client:
            client.recv(1024)
            text = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "me"\0\0'
            client.sendall(b"E" + (len(text) + 4).to_bytes(4, "big") + text)
            client.recv(1024)

    threading.Thread(target=refuse, daemon=True).start()
    password = SECRET.replace("@", "%40")
    dsn = f"postgresql://me:{password}@127.0.0.1:{listener.getsockname()[1]}/x?sslmode=disable&gssencmode=disable"
    done = pgwright("plan", "--dsn", dsn, folder=tmp_path)
    listener.close()
    assert done.returncode == 3
    assert "password authentication failed" in done.stderr
    assert SECRET not in done.stderr
    assert password not in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[profile.prod]\ndns = 'x'\n", "dns"),
        ("[execute]\nlock_budgt = 3\n", "lock_budget"),
        ("not toml at all", "pgwright.toml"),
        ("[execute]\nlock_budget = 'long'\n", "lock_budget"),
    ],
)
def test_a_wrong_configuration_names_file_and_key(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text(text)
    done = pgwright("status", folder=tmp_path)
    assert done.returncode == 2
    assert "pgwright.toml" in done.stderr
    assert said in done.stderr


def test_an_unknown_profile(tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text("[profile.staging]\ndsn = 'x'\n")
    done = pgwright("config", "show", "--profile", "stagign", folder=tmp_path)
    assert done.returncode == 2
    assert "staging" in done.stderr


def test_config_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no such file" in pgwright("plan", "--config", "nowhere", folder=tmp_path).stderr
    (tmp_path / "x.toml").touch()
    assert "must be called pgwright.toml" in pgwright("plan", "--config", "x.toml", folder=tmp_path).stderr
    assert "a folder is needed" in pgwright("plan", "--migrations", "x.toml", folder=tmp_path).stderr


def test_config_show_tells_the_origin_and_hides_passwords(tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text(
        f"[profile.default]\ndsn = 'postgresql://me:{SECRET}@host/x'\n[execute]\nlock_budget = 5\n"
    )
    (tmp_path / "deep").mkdir()
    done = pgwright("config", "show", "--format", "json", folder=tmp_path / "deep")
    values = {item["key"]: item for item in json.loads(done.stdout)["settings"]}
    assert done.returncode == 0
    assert SECRET not in done.stdout
    assert values["dsn"]["value"] == "postgresql://me:***@host/x"
    assert "pgwright.toml" in values["dsn"]["origin"]
    assert values["execute.lock_budget"]["value"] == "5.0"
    assert values["execute.grace"]["origin"] == "default"
    text = pgwright("config", "show", folder=tmp_path / "deep").stdout
    assert all(item["key"] in text for item in values.values())


def test_config_show_needs_no_driver_and_no_server(tmp_path: Path) -> None:
    assert pgwright("config", "show", "--dsn", "host=nowhere.invalid", folder=tmp_path).returncode == 0


def test_an_empty_project(database: Database, tmp_path: Path) -> None:
    for command in ("status", "doctor"):
        done = pgwright(command, "--dsn", database.dsn, folder=tmp_path)
        assert done.returncode == 0, done.stderr
    done = pgwright("plan", "--dsn", database.dsn, folder=tmp_path)
    assert done.returncode == 2
    assert "migrations: there is no such folder" in done.stderr
    (tmp_path / "migrations").mkdir()
    assert pgwright("plan", "--dsn", database.dsn, folder=tmp_path).stdout.startswith("Nothing to do")
    for command in ("expand", "contract", "rollback"):
        done = pgwright(command, "--dsn", database.dsn, folder=tmp_path)
        assert done.returncode == 2
        assert "pgwright init" in done.stderr


def test_init_then_nothing_to_do(database: Database, tmp_path: Path) -> None:
    done = pgwright("init", "--dsn", database.dsn, folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].endswith("pgwright.toml")
    assert pgwright("init", "--dsn", database.dsn, folder=tmp_path).stdout == "Everything is there already.\n"
    assert json.loads(pgwright("init", "--dsn", database.dsn, "--format", "json", folder=tmp_path).stdout)["made"] == []
    done = pgwright("plan", "--dsn", database.dsn, "--exit-code", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "Nothing to do: no migration is pending.\n")
    done = pgwright("expand", "--dsn", database.dsn, folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "Nothing to do.\n")
    assert json.loads(pgwright("expand", "--dsn", database.dsn, "--format", "json", folder=tmp_path).stdout) == {
        "version": 1,
        "migrations": [],
    }


def test_init_sql_touches_nothing(tmp_path: Path) -> None:
    done = pgwright("init", "--sql", "--role", "migrator", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("BEGIN;\n")
    assert "OWNER TO migrator" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_new_and_an_unknown_name(database: Database, tmp_path: Path) -> None:
    pgwright("init", "--dsn", database.dsn, folder=tmp_path)
    done = pgwright("new", "full name", folder=tmp_path)
    assert done.stdout == "migrations/0001_full_name.sql\n"
    done = pgwright("plan", "--dsn", database.dsn, folder=tmp_path)
    assert done.returncode == 2
    assert "there is no statement in this file" in done.stderr
    (tmp_path / "migrations" / "0001_full_name.sql").write_text("CREATE TABLE t (id int);\n")
    done = pgwright("plan", "0002_nope", "--dsn", database.dsn, folder=tmp_path)
    assert done.returncode == 2
    assert "0002_nope" in done.stderr
    assert "0001_full_name" in done.stderr
    for name in ("1", "0001", "0001_full_name", "migrations/0001_full_name.sql"):
        assert pgwright("plan", name, "--dsn", database.dsn, folder=tmp_path).returncode == 0


def test_sql_that_cannot_be_parsed_is_shown_with_its_place(database: Database, tmp_path: Path) -> None:
    pgwright("init", "--dsn", database.dsn, folder=tmp_path)
    (tmp_path / "migrations" / "0001_x.sql").write_text("-- é\nALTER TABLE é RENAM COLUMN a TO b;\n")
    done = pgwright("plan", "--dsn", database.dsn, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: migrations/0001_x.sql:2:15: ")
    caret = next(line for line in done.stderr.splitlines() if line.endswith("^"))
    excerpt = done.stderr.splitlines()[done.stderr.splitlines().index(caret) - 1]
    assert excerpt[caret.index("^") :].startswith("RENAM")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 9}', '{"version": 1}', "\x00"])
def test_a_plan_file_that_is_none(text: str, database: Database, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(text)
    done = pgwright("expand", "--plan", "plan.json", "--dsn", database.dsn, folder=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "pgwright plan -o" in done.stderr


def test_a_plan_file_that_is_missing_or_cannot_be_written(database: Database, tmp_path: Path) -> None:
    done = pgwright("expand", "--plan", "nowhere.json", "--dsn", database.dsn, folder=tmp_path)
    assert done.returncode == 2
    assert "nowhere.json" in done.stderr
    (tmp_path / "migrations").mkdir()
    done = pgwright("plan", "-o", "no/where.json", "--dsn", database.dsn, folder=tmp_path)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
