"""A wire between a runner and its server that a test can cut, freeze in either direction, or lose without a word."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import quote

SILENT = "this machine does not let tests lose a connection without a word"
_TCP_REPAIR = 19  # Linux: a socket that is closed under repair says nothing to the other side


class Wire:
    """Listens on a free port of 127.0.0.1 and forwards to the socket folder `host` of a server. One thread does all."""

    def __init__(self, host: str, port: int) -> None:
        self._path = f"{host}/.s.PGSQL.{port}"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._frozen: frozenset[str] = frozenset()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lonely: list[socket.socket] = []
        self._wish = ""
        self._granted = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ask("end")
        self._thread.join()

    def dsn(self, database: str, **more: object) -> str:
        """A connection URL over the wire; `more` are parameters of libpq."""
        parameters = {"sslmode": "disable", "gssencmode": "disable", **more}
        text = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in parameters.items())
        return f"postgresql://postgres@127.0.0.1:{self._listener.getsockname()[1]}/{database}?{text}"

    def freeze(self, direction: str = "both") -> None:
        """Nothing goes through any more `to_server`, `to_client`, or in both directions; nothing is closed."""
        self._frozen = frozenset({"to_server", "to_client"} if direction == "both" else {direction})
        self._ask("nothing")

    def thaw(self) -> None:
        """What was held back arrives."""
        self._frozen = frozenset()

    def cut(self) -> None:
        """Every connection has ended, on both sides; new ones are let in."""
        self._ask("cut")

    def lose(self) -> None:
        """Every client is half-open: its peer is gone and did not say so. The server is told nothing either. Raises
        PermissionError where only root may do that."""
        with socket.socket() as trial:
            trial.setsockopt(socket.IPPROTO_TCP, _TCP_REPAIR, 1)
        self._ask("lose")

    def _ask(self, wish: str) -> None:
        self._granted.clear()
        self._wish = wish
        self._granted.wait()

    def _serve(self) -> None:
        while self._wish != "end":
            ways = [
                (source, target)
                for client, server in self._pairs
                for source, target, way in ((client, server, "to_server"), (server, client, "to_client"))
                if way not in self._frozen
            ]
            ready, _, _ = select.select([self._listener, *(source for source, _ in ways)], [], [], 0.01)
            if self._listener in ready:
                self._accept()
            for source, target in ways:
                if source in ready and not self._forward(source, target):
                    self._end([pair for pair in self._pairs if source in pair])
            self._grant()
        self._end(self._pairs)
        for each in (self._listener, *self._lonely):
            each.close()
        self._granted.set()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self._path)
        except OSError:
            client.close()
            server.close()
        else:
            self._pairs.append((client, server))

    def _forward(self, source: socket.socket, target: socket.socket) -> bool:
        with suppress(OSError):
            if chunk := source.recv(65536):
                target.sendall(chunk)
                return True
        return False

    def _end(self, pairs: list[tuple[socket.socket, socket.socket]]) -> None:
        for pair in list(pairs):
            self._pairs.remove(pair)
            for each in pair:
                each.close()

    def _grant(self) -> None:
        if self._wish == "cut":
            self._end(self._pairs)
        if self._wish == "lose":
            for client, server in self._pairs:
                client.setsockopt(socket.IPPROTO_TCP, _TCP_REPAIR, 1)
                client.close()
                self._lonely.append(server)
            self._pairs = []
        if self._wish not in ("", "end"):
            self._wish = ""
            self._granted.set()
