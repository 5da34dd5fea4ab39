"""A stand-in for a pooler: forwards bytes, but announces a process id of its own, as PgBouncer does."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ANNOUNCED = 424242


@contextmanager
def pooler(host: str, port: int) -> Iterator[int]:
    """Listens on a free port of 127.0.0.1, which it yields, and forwards to the server's socket folder `host`."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(listener, f"{host}/.s.PGSQL.{port}"), daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def _serve(listener: socket.socket, path: str) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(path)
            threading.Thread(target=_forward, args=(client, server), daemon=True).start()
            threading.Thread(target=_answer, args=(server, client), daemon=True).start()


def _forward(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError), source, target:
        while chunk := source.recv(65536):
            target.sendall(chunk)


def _answer(server: socket.socket, client: socket.socket) -> None:
    """Forwards message by message and changes BackendKeyData ('K': process id and secret). What is no message (the one
    byte that answers a request for TLS or GSS) does not come: the client is told sslmode and gssencmode disable."""
    with suppress(OSError), server, client:
        while head := _exactly(server, 5):
            size = struct.unpack("!I", head[1:])[0]
            body = _exactly(server, size - 4)
            if head[:1] == b"K":
                body = struct.pack("!I", ANNOUNCED) + body[4:]
            client.sendall(head + body)


def _exactly(source: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        chunk = source.recv(size - len(found))
        if not chunk:
            return b""
        found += chunk
    return found
