"""The public names: each verb of `api` under its own name, lazily, and known to type checkers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pgwright
from pgwright.base import registry

STUB = Path(pgwright.__file__).with_suffix(".pyi")


@pytest.mark.parametrize("name", registry.names("api"))
def test_a_verb_is_a_public_name(name: str) -> None:
    verb = getattr(pgwright, name)
    assert callable(verb)
    assert verb.__name__ == name
    assert f"import {name} as {name}\n" in STUB.read_text(encoding="utf-8")
    assert name in dir(pgwright)


def test_an_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'refresh'"):
        pgwright.refresh  # type: ignore[attr-defined]  # noqa: B018


def test_the_module_runs_as_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "pgwright", "--version"], capture_output=True, text=True, check=True)
    assert pgwright.__version__ in done.stdout
