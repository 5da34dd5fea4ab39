"""One server per major and test run, whoever asks first.

The process that the user started listens on a socket; its test workers ask it for a major. It owns the servers,
so they end with the run, and when it is killed, the servers' keepers end them.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pgwright.base.errors import PgwrightError
from pgwright.server.find import Binaries, find, find_all
from pgwright.server.private import PrivateServer

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "max_prepared_transactions": "10",
    "wal_level": "logical",
    "shared_buffers": "64MB",
    "shared_preload_libraries": "pg_stat_statements",
    "autovacuum_naptime": "1h",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "1h",
}


class NotInstalled(Exception):
    """The major that a test wants is not on this machine; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a worker is told: how to reach the server, why there is `missing` one, or the `error` of its start."""

    host: str = ""
    port: int = 0
    folder: str = ""
    version: str = ""
    missing: str = ""
    error: str = ""


def binaries_for(major: int, folders: Sequence[Path]) -> Binaries:
    """The programs of `major`; raises NotInstalled with the reason."""
    try:
        return find(major, folders=folders)
    except PgwrightError as error:
        npm = "" if shutil.which("npm") else " (npm, which would download it, is not installed)"
        raise NotInstalled(f"no PostgreSQL {major} server was found{npm}") from error


def memory() -> Path | None:
    """A file system in memory with room for all servers: clones take 15 ms there, and on a busy disk 400."""
    place = Path("/dev/shm")
    if not place.is_dir():
        return None
    state = os.statvfs(place)
    roomy = state.f_bavail * state.f_frsize >= 4 << 30
    return place if roomy and not state.f_flag & os.ST_NOEXEC else None


class Broker:
    """Listens on `port` of this machine until `close`."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._servers: dict[int, PrivateServer] = {}
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True, name="broker").start()

    def known(self) -> list[Binaries]:
        """The servers that tests would get, oldest major first."""
        found: dict[int, Binaries] = {}
        for binaries in find_all(self._folders):
            found.setdefault(binaries.major, binaries)
        return [found[major] for major in sorted(found)]

    def close(self) -> None:
        """Stops every server that was started."""
        self._listener.close()
        with self._lock:
            for server in self._servers.values():
                server.close()
            self._servers.clear()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            major = int(connection.recv(16))
            try:
                answer = self._start(major)
            except NotInstalled as error:
                answer = Answer(missing=str(error))
            except PgwrightError as error:
                answer = Answer(error=str(error))
            connection.sendall(json.dumps(vars(answer)).encode())

    def _start(self, major: int) -> Answer:
        with self._lock:
            if major not in self._servers:
                server = PrivateServer(binaries_for(major, self._folders), settings=SETTINGS, parent=memory())
                server.start()
                self._servers[major] = server
            server = self._servers[major]
        binaries = server.binaries
        return Answer(host=str(server.folder), port=server.port, folder=str(binaries.folder), version=binaries.version)


def ask(port: int, major: int) -> Answer:
    """Asks the broker at `port` for a server of `major`, which starts it where nobody asked before."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(str(major).encode())
        text = b"".join(iter(lambda: connection.recv(4096), b""))
    return Answer(**json.loads(text))
