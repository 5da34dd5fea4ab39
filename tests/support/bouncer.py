"""A real PgBouncer in front of a server of the tests: started by one test, as an ordinary user, and stopped by it.

It comes from the system (`apt-get install pgbouncer`). Where it is not there, the tests that ask for it are skipped and
the last lines of the run say so.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg
import pytest

from pgwright.server.account import choose

MISSING = "PgBouncer is not installed (on Debian: apt-get install pgbouncer)"

# The shell holds one end of a pipe: when the test process is gone, even by SIGKILL, it ends PgBouncer.
_KEEPER = """
exec 3<&0 </dev/null
"$@" 3<&- &
bouncer=$!
( read -r _ <&3; kill -KILL $bouncer ) 2>/dev/null &
watch=$!
exec 3<&-
wait $bouncer
kill $watch 2>/dev/null
"""


def program() -> str:
    """The path of pgbouncer; skips the test where there is none."""
    found = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(MISSING)
    return found


class PgBouncer:
    """In front of the server at `host` (a socket folder or an address) and `port`. `users` are who may come, without a
    password, or with the secret that the mapping gives. `settings` are those of its section `[pgbouncer]`."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        mode: str = "transaction",
        pool_size: int = 6,
        users: Sequence[str] | Mapping[str, str] = ("postgres",),
        **settings: str | int,
    ) -> None:
        self._program = program()
        secrets = users if isinstance(users, Mapping) else dict.fromkeys(users, "")
        self.users = {"postgres": "", **secrets}
        self._database = f"host={host} port={port}"
        self.settings: dict[str, str | int] = {
            "pool_mode": mode,
            "default_pool_size": pool_size,
            "auth_type": "trust",
            "admin_users": "postgres",
            "listen_addr": "127.0.0.1",
            "unix_socket_dir": "",
            "server_login_retry": 1,
            **settings,
        }
        self.port = 0
        self.folder = Path()
        self._keeper: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="pgwright-bouncer-", dir="/tmp"))
        choose().own(self.folder)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def dsn(self, database: str, *, user: str = "postgres", password: str = "") -> str:
        """A connection URL through PgBouncer."""
        secret = f":{quote(password, safe='')}" if password else ""
        return f"postgresql://{quote(user, safe='')}{secret}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def start(self) -> None:
        """Starts it, on the port that it had."""
        users = self.folder / "users.txt"
        users.write_text("".join(f'"{name}" "{secret}"\n' for name, secret in self.users.items()), encoding="utf-8")
        values = {**self.settings, "listen_port": self.port, "auth_file": users, "logfile": self.folder / "log"}
        values["pidfile"] = self.folder / "pid"
        lines = "".join(f"{name} = {value}\n" for name, value in values.items())
        file = self.folder / "pgbouncer.ini"
        file.write_text(f"[databases]\n* = {self._database}\n[pgbouncer]\n{lines}", encoding="utf-8")
        for each in (users, file):
            each.chmod(0o644)
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "pgwright-keeper", self._program, "-q", str(file)],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **choose().identity,
        )
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._keeper.poll() is None, self.log
            time.sleep(0.01)
        raise AssertionError(self.log)

    def stop(self) -> None:
        """SIGKILL: its clients and servers are cut at once."""
        if self._keeper is not None and self._keeper.stdin is not None:
            self._keeper.stdin.close()
            self._keeper.wait(30)
        self._keeper = None

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to PgBouncer itself."""
        os.kill(self.pid, number)

    @property
    def pid(self) -> int:
        """Its process id."""
        return int((self.folder / "pid").read_text(encoding="ascii"))

    @property
    def log(self) -> str:
        """What it wrote."""
        file = self.folder / "log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def command(self, text: str) -> list[dict[str, Any]]:
        """One command of the admin console (`PAUSE`, `RESUME`, `RECONNECT`, …); its rows by column."""
        with psycopg.connect(self.dsn("pgbouncer"), autocommit=True, cursor_factory=psycopg.ClientCursor) as console:
            cursor = console.execute(text.encode())
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()] if names else []

    def show(self, what: str) -> list[dict[str, Any]]:
        """The rows of SHOW."""
        return self.command(f"SHOW {what}")
