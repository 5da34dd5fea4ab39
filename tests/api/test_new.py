from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.api.new import new
from pgwright.base.errors import UsageError
from pgwright.config import Settings
from pgwright.evolve.plan.files import load


def settings(folder: Path) -> Settings:
    return Settings(migrations=folder / "migrations")


def test_numbers_go_up_from_the_highest(tmp_path: Path) -> None:
    assert new(settings(tmp_path), "first").name == "0001_first.sql"
    assert new(settings(tmp_path), "second").name == "0002_second.sql"
    (tmp_path / "migrations" / "0041_x.sql").touch()
    (tmp_path / "migrations" / "0099_notes.txt").touch()
    assert new(settings(tmp_path), "third").name == "0042_third.sql"


def test_numbers_are_numbers_and_not_text(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    for name in ("9_a.sql", "0010_b.sql"):
        (tmp_path / "migrations" / name).touch()
    assert new(settings(tmp_path), "next").name == "0011_next.sql"


def test_wide_numbers_stay_wide(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "20261122093000_x.sql").touch()
    assert new(settings(tmp_path), "next").name == "20261122093001_next.sql"
    (tmp_path / "migrations" / "99999999999999_y.sql").touch()
    assert new(settings(tmp_path), "next").name == "100000000000000_next.sql"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("full name", "full_name"),
        ("  nom -- complet ", "nom_complet"),
        ("Référence", "Référence"),
        ("add_x.sql", "add_x"),
        ("2fa", "2fa"),
    ],
)
def test_names_become_part_of_a_file_name(tmp_path: Path, name: str, stem: str) -> None:
    assert new(settings(tmp_path), name).name == f"0001_{stem}.sql"


@pytest.mark.parametrize(
    "name", ["", "   ", "../../etc/passwd", "a/b", "a\0b", "x.py", "'; DROP", "é" * 150, "-", ".sql"]
)
def test_names_that_cannot_be_one_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        new(settings(tmp_path), name)
    assert list(tmp_path.rglob("*.sql")) == []


def test_the_file_that_it_makes_is_a_migration(tmp_path: Path) -> None:
    new(settings(tmp_path), "full name")
    [migration] = load(tmp_path / "migrations")
    assert migration.name == "0001_full_name"
    assert migration.statements == ()


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "migrations").write_text("")
    with pytest.raises(UsageError, match="cannot be made"):
        new(settings(tmp_path), "x")
