"""The measured locks: by situation and major, the strongest lock seen on each part, and whether it was read through or
written anew. The file is made by `make locks` from statements that ran on 14 to 18; nobody edits it by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ...base.lock import LockMode

FILE = Path(__file__).with_name("measured.json")

SHORT = {
    "AS": LockMode.ACCESS_SHARE,
    "RS": LockMode.ROW_SHARE,
    "RX": LockMode.ROW_EXCLUSIVE,
    "SUX": LockMode.SHARE_UPDATE_EXCLUSIVE,
    "S": LockMode.SHARE,
    "SRX": LockMode.SHARE_ROW_EXCLUSIVE,
    "X": LockMode.EXCLUSIVE,
    "AX": LockMode.ACCESS_EXCLUSIVE,
}
"""How the file spells the modes."""


@dataclass(frozen=True, kw_only=True)
class Impact:
    """What happens to one part of a situation: the lock, whether its rows are read, whether it is written anew."""

    mode: LockMode
    scans: bool = False
    rewrites: bool = False


def impacts(situation: str, major: int) -> Mapping[str, Impact] | None:
    """What was measured for `situation` on `major`, by part; on the nearest major where it was measured on others
    only; None where it never was. A part that is not in it is not locked."""
    measured = _situations().get(situation)
    if measured is None:
        return None
    nearest = min(measured, key=lambda each: min(abs(major - version) for version in each["versions"]))
    return {part: parse(text) for part, text in nearest["parts"].items()}


def parse(text: str) -> Impact:
    """An impact as the file spells it: `AX`, `S scan`, `AX scan rewrite`."""
    mode, *work = text.split()
    return Impact(mode=SHORT[mode], scans="scan" in work, rewrites="rewrite" in work)


@cache
def content() -> Mapping[str, Any]:
    """The whole file: `about`, `setup`, `statements` with what each was seen to do, `situations` drawn from them."""
    loaded: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


@cache
def _situations() -> Mapping[str, list[dict[str, Any]]]:
    found: Mapping[str, list[dict[str, Any]]] = content()["situations"]
    return found
