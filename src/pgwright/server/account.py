"""Under which account a private server runs. PostgreSQL refuses to run as root, so root lends it another one."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from ..base.errors import Refused

_LENT = ("postgres", "nobody")


class Identity(TypedDict, total=False):
    """The keyword arguments of `subprocess` that change the account; empty where nothing changes."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who runs the server's programs: `uid` and `gid` are None where it is whoever we are."""

    uid: int | None = None
    gid: int | None = None

    @property
    def identity(self) -> Identity:
        """What `subprocess` is told."""
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Gives `folder` itself to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether the account reaches `folder`, as far as the rights of everybody tell."""
        return self.uid is None or all(place.stat().st_mode & 0o001 for place in (folder, *folder.parents))

    def can_run(self, program: Path) -> bool:
        """Whether the account reaches and runs `program`: a checkout in /root is closed to everybody else."""
        try:
            command = [str(program), "--version"]
            return subprocess.run(command, cwd="/", capture_output=True, check=False, **self.identity).returncode == 0
        except PermissionError:
            return False


def choose() -> Account:
    """Ourselves, or for root `postgres` or `nobody`, whichever exists; raises Refused where neither does."""
    if os.geteuid() != 0:
        return Account()
    for name in _LENT:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise Refused(
        "PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody.",
        hint="Run pgwright as an ordinary user.",
    )


def reachable(folder: Path, account: Account, *, copies: Path) -> Path:
    """`folder` (a `bin` folder), or a copy of its installation below `copies` where the account cannot reach it."""
    if account.can_run(folder / "postgres"):
        return folder
    installation = folder.parent
    package = installation.parent
    target = copies / "programs" / package.name / installation.name
    without = shutil.ignore_patterns("*.a", "include", "doc", "pgxs", "pkgconfig", "__pycache__")
    shutil.copytree(installation, target, symlinks=True, ignore=without, copy_function=_link)
    # A wheel keeps the shared libraries that it brings beside its package, and programs find them from there.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copies / "programs" / libraries.name, copy_function=_link)
    for place, _, _ in os.walk(copies / "programs"):
        account.own(Path(place))  # whoever runs the server must be able to remove the copy as well
    return target / "bin"


def _link(source: str, target: str) -> None:
    """A hard link where both are on one file system, which takes no time and no space; else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
