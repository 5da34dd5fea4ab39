"""The acceptance cases of the sync laws (`tests/data/sync-cases.json`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.api.plan import plan
from pgwright.base.errors import Refused
from pgwright.config import Settings
from tests.conftest import everything
from tests.support import databases
from tests.support.databases import Database, Server
from tests.support.sync_cases import Play, cases

Case = dict[str, Any]

# What a plan must say where a case has `plan_names`: words of the sentence, all of them in one hazard.
NAMED = {
    "insert_explicit_null_of_new_app_takes_default": ("explicit NULL", "INSERT", "DEFAULT of the old side"),
    "copy_without_column_list_fails": ("COPY utilisateurs FROM", "without a column list"),
    "during_pass_null_of_new_app_may_be_filled": ("NULL", "new application", "before the state is expanded", "filled"),
    "user_trigger_body_reads_old_column_at_contract": ("body of function", "aud", "reads nom"),
    "check_constraint_of_old_side_holds_both": ("CHECK", "old side", "until contract"),
    "not_null_old_side_refuses_null_of_new_app": ("NULL in nom_complet", "refused until contract"),
    "lossy_down_new_value_survives_row_movement": ("down is lossy",),
    "serial_sequence_lookup_on_alias_view": ("pg_get_serial_sequence", "NULL"),
    "default_that_differs_needs_version_mark": ("the new DEFAULT applies before contract only", "version mark"),
    "user_trigger_with_lossy_down_keeps_new_value": ("down is lossy",),
    "error_in_up_rejects_old_write": ("writes of code", "cannot be made integer", "refused until contract"),
    "error_in_up_gives_null": ("values of code", "cannot be made integer", "NULL in numero"),
    "domain_refuses": ("values of mail", "cannot be made public.courriel", "NULL in email"),
    "int_to_bigint_with_new_name_value_too_big_for_old": (
        "values of n2",
        "integer cannot hold",
        "refused until contract",
    ),
    "int_to_bigint_same_name": ("until contract n is integer",),
    "varchar_shrunk_never_truncates": ("writes of code", "cannot be made character varying(5)", "refused"),
    "varchar_widened_down_never_truncates": (
        "values of sku",
        "character varying(5) cannot hold",
        "refused until contract",
    ),
    "int_to_numeric_down_does_not_round": ("values of montant", "integer cannot hold", "refused until contract"),
    "enum_to_text": ("values of statut", "down cannot make public.statut", "refused until contract"),
    "insert_new_app_where_up_refuses_default_of_old": ("the DEFAULT of the old side", "up refuses it"),
    "stable_up_gets_no_lasting_check": ("up is not immutable", "verified once", "no lasting check"),
    "serial_int_to_bigint": ("the sequence", "stays integer"),
    "row_movement_of_null_written_by_new_app": ("up(down(NULL))", "moves to another partition"),
}
# The statements that the view of `alias` cannot serve: each is named by a hazard.
CANNOT = ("GROUP BY", "ON CONFLICT ON CONSTRAINT", "COPY", "TRUNCATE", "system columns", "foreign key", "both set",
          "CREATE INDEX", "TABLESAMPLE")  # fmt: skip


def _chosen(*, hazard: bool) -> Iterator[Case]:
    return (case for case in cases() if bool(case.get("hazard")) == hazard)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The core cases; with CI=true or --all-majors all of them."""
    if "case" in metafunc.fixturenames:
        if metafunc.function is test_case:
            wanted = [case for case in _chosen(hazard=False) if case["core"] or everything(metafunc.config)]
        elif metafunc.function is test_hazard:
            wanted = list(_chosen(hazard=True))
        else:
            wanted = [case for case in _chosen(hazard=False) if "plan_names" in case]
        metafunc.parametrize("case", wanted, ids=[case["name"] for case in wanted])


@pytest.fixture
def here(server: Server) -> Iterator[Database]:
    database = databases.create(server, locale="C.UTF-8")
    yield database
    databases.drop(database)


def test_all_of_them_run() -> None:
    assert len([*_chosen(hazard=False), *_chosen(hazard=True)]) == len(cases()) == 115


@pytest.mark.majors("every")
def test_case(here: Database, case: Case, tmp_path: Path) -> None:
    Play(case, here.dsn, tmp_path).run()


@pytest.mark.majors("every")
def test_hazard(here: Database, case: Case, tmp_path: Path) -> None:
    """What goes wrong when it is forced: the plan refuses it."""
    with pytest.raises(Refused) as caught:
        _plan(case, here, tmp_path)
    assert caught.value.exit_code == 6
    assert caught.value.reasons
    assert here.one("SELECT to_regnamespace('pgwright') IS NULL"), "a plan changed something"


def test_plan_names(here: Database, case: Case, tmp_path: Path) -> None:
    """The plan says the loss, in a hazard of one of its operations."""
    wanted = [NAMED[case["name"]]] if case["name"] != "alias_cannot_serve" else [(word,) for word in CANNOT]
    hazards = _plan(case, here, tmp_path)
    for words in wanted:
        assert any(all(word in hazard for word in words) for hazard in hazards), (words, hazards)


def _plan(case: Case, database: Database, folder: Path) -> list[str]:
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute(case["setup"])
    for number, text in enumerate(case["change"], 1):
        (folder / f"{number:04}_pas.sql").write_text(text, encoding="utf-8")
    made = plan(Settings(dsn=database.dsn, migrations=folder))
    return [
        hazard for migration in made.migrations for operation in migration.operations for hazard in operation.hazards
    ]
