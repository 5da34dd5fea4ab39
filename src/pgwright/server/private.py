"""Starts a private PostgreSQL in a folder of its own and takes it away again.

It is reached by a socket in a folder that only its owner may enter, and by TCP on 127.0.0.1 with a random
password. It cannot outlive us: a shell holds one end of a pipe, and when we are gone, even by SIGKILL, it shuts
the server down and deletes the folder.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from ..base.errors import StepFailed
from .account import Account, choose, reachable
from .find import Binaries

START_SECONDS = 120.0
STOP_SECONDS = 60.0
_TMPDIR_LIMIT = 70  # macOS allows 104 bytes for the path of a socket, "/pgwright-xxxxxxxx/.s.PGSQL.65535" takes 33
_MODES = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}

# $1 is the folder to delete when we vanished; the rest is the server's command line. fd 0 is the pipe.
# Shells give a background job /dev/null as standard input, hence the detour over fd 3.
_KEEPER = """
exec 3<&0 </dev/null
folder=$1; shift
"$@" 3<&- &
server=$!
( read -r _ <&3; touch "$folder/abandoned" 2>/dev/null; kill -QUIT $server ) 2>/dev/null &
watch=$!
exec 3<&-
wait $server; status=$?
if [ -e "$folder/abandoned" ]; then rm -rf "$folder"; else kill $watch 2>/dev/null; fi
exit $status
"""


class PrivateServer:
    """A server of ours. A context manager; outside of one call `start` and `close`.

    `data` is a data directory that stays (made where it is missing); without it everything is temporary and lies
    in a new folder below `parent` (by default the system's folder for temporary files). `port` 0 takes a free one.
    `settings` are put into `postgresql.conf`; `{"fsync": "off"}` makes a server that may lose its data when the
    machine fails. Raises StepFailed, with the end of the server's log, where it does not come up.
    """

    def __init__(
        self,
        binaries: Binaries,
        *,
        data: Path | None = None,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        parent: Path | None = None,
        checksums: bool = True,
    ) -> None:
        self.binaries = binaries
        self.port = port
        self.password = secrets.token_urlsafe(18)
        self.folder = Path()
        self.data = data
        self._settings = dict(settings or {})
        self._parent = parent
        self._checksums = checksums
        self._account = Account()
        self._bin = binaries.folder
        self._keeper: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.folder / "server.log"

    @property
    def account(self) -> Account:
        """Under which account it runs; known once it has been started."""
        return self._account

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster, None while it does not run."""
        lines = self._postmaster_lines()
        return int(lines[0]) if self._keeper is not None and self._keeper.poll() is None and lines else None

    def dsn(self, database: str = "postgres", *, user: str = "postgres") -> str:
        """A connection URL over the socket; needs no password."""
        name, host, path = (quote(part, safe="") for part in (user, str(self.folder), database))
        return f"postgresql://{name}@{host}:{self.port}/{path}"

    def tcp_dsn(self, database: str = "postgres") -> str:
        """A connection URL of the superuser over TCP, with its password."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def start(self) -> None:
        """Makes the folder and the data directory where they are missing, and starts the server."""
        if self.folder == Path():
            self._prepare()
        fixed = self.port != 0
        for attempt in range(5):
            if not fixed:
                self.port = _free_port()
            if self._launch():
                return
            if fixed or attempt == 4 or "could not bind" not in self._log_tail():
                break
        tail = self._log_tail()
        self.close()
        raise StepFailed(
            f"A private PostgreSQL {self.binaries.version} did not start:\n{tail}",
            state="Nothing was changed; its folder was removed.",
        )

    def stop(self, mode: str = "fast") -> None:
        """Stops the server and keeps its data. `mode` is `smart`, `fast` or `immediate`, as of `pg_ctl stop`."""
        keeper, pid = self._keeper, self.pid
        self._keeper = None
        if keeper is None:
            return
        if pid is not None:
            os.kill(pid, _MODES[mode])
        elif keeper.stdin is not None:
            keeper.stdin.close()  # it never came up: let the shell end it
        try:
            keeper.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            if pid is not None:
                os.kill(pid, signal.SIGQUIT)
            keeper.wait(STOP_SECONDS)
        finally:
            if keeper.stdin is not None:
                keeper.stdin.close()

    def restart(self, mode: str = "fast") -> None:
        """Stops and starts again on the same port and data."""
        port = self.port
        self.stop(mode)
        self.port = port
        self.start()

    def crash(self) -> None:
        """Ends the server without a checkpoint; the next `start` recovers from the WAL, as after a failure."""
        self.stop("immediate")

    def configure(self, settings: Mapping[str, str]) -> None:
        """Adds settings to `postgresql.conf`; they hold from the next start."""
        lines = "".join(f"{name} = '{_quoted(value)}'\n" for name, value in settings.items())
        with (self.directory / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(lines)

    def close(self) -> None:
        """Stops the server and deletes its folder (a `data` directory that was given stays)."""
        self.stop("immediate" if self.data is None else "fast")
        if self.folder != Path():
            _remove(self.folder)
            self.folder = Path()

    @property
    def directory(self) -> Path:
        """The data directory."""
        return self.data if self.data is not None else self.folder / "data"

    def _prepare(self) -> None:
        self._account = choose()
        parent = (self._parent or Path(tempfile.gettempdir())).resolve()
        if len(str(parent)) > _TMPDIR_LIMIT or not self._account.can_enter(parent):
            parent = Path("/tmp")
        self.folder = Path(tempfile.mkdtemp(prefix="pgwright-", dir=parent))
        self._account.own(self.folder)
        self._bin = reachable(self.binaries.folder, self._account, copies=self.folder)
        if not (self.directory / "PG_VERSION").exists():
            self._initdb()
        self.configure(self._base_settings() | self._settings)

    def _initdb(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._account.own(self.directory)
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self.password, encoding="ascii")
        self._account.own(secret)
        command = [str(self._bin / "initdb"), "-D", str(self.directory), "-U", "postgres", "-E", "UTF8", "--no-locale"]
        if not self._checksums and self.binaries.major >= 18:
            command.append("--no-data-checksums")
        command += ["--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"]
        done = subprocess.run(
            command, cwd="/", env=_environment(), capture_output=True, text=True, check=False, **self._account.identity
        )
        secret.unlink()
        if done.returncode:
            self.close()
            raise StepFailed(f"initdb failed:\n{done.stdout}{done.stderr}", state="Nothing was changed.")

    def _base_settings(self) -> dict[str, str]:
        return {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "unix_socket_permissions": "0700",
            # In the data directory, where it goes away with it; /dev/shm would keep what a killed server leaves.
            "dynamic_shared_memory_type": "mmap",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
        }

    def _launch(self) -> bool:
        command = ["/bin/sh", "-c", _KEEPER, "pgwright-keeper", str(self.folder)]
        command += [str(self._bin / "postgres"), "-D", str(self.directory), "-p", str(self.port)]
        launched = int(time.time())
        self.log.touch(mode=0o600)
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal must not reach the server before it reaches us.
            self._keeper = subprocess.Popen(
                command,
                cwd="/",
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._account.identity,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._keeper.poll() is not None:
                break
            lines = self._postmaster_lines()
            # The third line is when it was written: a killed server leaves its file, with "ready", behind.
            if len(lines) >= 8 and lines[7].strip() == "ready" and int(lines[2]) >= launched:
                return True
            time.sleep(0.01)
        self.stop("immediate")
        return False

    def _postmaster_lines(self) -> list[str]:
        try:
            return (self.directory / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _log_tail(self) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def _remove(folder: Path) -> None:
    """Deletes the folder; what still ends in it, such as an initdb that was interrupted, may write a last file."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)


def _environment() -> dict[str, str]:
    """Ours without what would steer a server or libpq elsewhere (PGDATA, PGHOST, …)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
