"""Runs a command with the DSN of a private server of each major at its end: `python tools/with_servers.py COMMAND …`.

The servers are those of the tests, with their settings, and end with the command.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack

from pgwright.server.find import find
from pgwright.server.private import PrivateServer
from tests.support.broker import SETTINGS, memory
from tests.support.selection import MAJORS, server_folders


def main(command: list[str]) -> int:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                PrivateServer(find(major, folders=server_folders()), settings=SETTINGS, parent=memory())
            )
            for major in MAJORS
        ]
        return subprocess.run([*command, *(server.dsn() for server in servers)], check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
