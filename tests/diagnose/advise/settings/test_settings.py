"""Advice about settings, taken: every statement runs, the server starts with it, and then all is fine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from pgwright.diagnose.advise.settings import reader
from pgwright.diagnose.advise.settings.advising import Told, told
from pgwright.diagnose.advise.settings.amounts import GB, MB, bytes_of, spelled
from pgwright.diagnose.advise.settings.cures import cure
from pgwright.diagnose.advise.settings.situation import Hardware, Situation, Standing, Written
from pgwright.server.private import PrivateServer
from tests.support.databases import Database, Server

MACHINE = Hardware(memory=2 * GB, cpus=4, storage="ssd")
BAD = {
    "shared_buffers": "16MB", "effective_cache_size": "64MB", "work_mem": "512MB", "maintenance_work_mem": "1MB",
    "random_page_cost": "4", "default_statistics_target": "10", "max_worker_processes": "2",
    "max_parallel_workers": "1", "max_parallel_workers_per_gather": "0", "checkpoint_timeout": "30s",
    "checkpoint_completion_target": "0.1", "autovacuum": "off", "autovacuum_naptime": "1h",
    "autovacuum_max_workers": "1", "autovacuum_vacuum_cost_delay": "20ms", "autovacuum_vacuum_cost_limit": "20",
    "fsync": "off", "full_page_writes": "off", "enable_nestloop": "off", "track_io_timing": "off",
    "max_parallel_maintenance_workers": "0", "effective_io_concurrency": "1", "log_autovacuum_min_duration": "-1",
}  # fmt: skip


def situation(server: PrivateServer, workload: str = "oltp") -> Situation:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        return reader.read(connection, MACHINE, workload=workload, connections=40)


def changes(found: Situation) -> dict[str, Told]:
    return {each.advice.setting.name: each for each in told(found) if each.advice.standing is Standing.CHANGE}


@pytest.mark.majors("all")
def test_what_is_advised_can_be_set_and_is_fine_then(server: Server) -> None:
    bad = BAD | ({"io_method": "sync"} if server.major >= 18 else {})
    with PrivateServer(server.binaries, settings=bad) as own:
        first = changes(situation(own))
        assert first.keys() >= bad.keys()
        with psycopg.connect(own.dsn(), autocommit=True) as connection:
            for each in first.values():
                for statement in (line for line in each.sql.splitlines() if not line.startswith("--")):
                    connection.execute(statement.encode())
        own.restart()
        now = situation(own)
        assert changes(now) == {}
        assert now.settings["shared_buffers"].shown == "512MB"
        if server.major >= 18:
            assert now.settings["io_method"].value == "worker"


@pytest.mark.majors("all")
def test_what_a_change_needs_is_what_the_server_says(database: Database) -> None:
    with database.connect() as connection:
        found = reader.read(connection, MACHINE, workload="mixed", connections=None)
    needs = {name: found.settings[name].takes_effect for name in ("shared_buffers", "max_wal_size", "work_mem")}
    assert needs == {"shared_buffers": "restart", "max_wal_size": "reload", "work_mem": "session"}
    restart = database.major < 18  # from 18 on up to autovacuum_worker_slots without one
    assert (found.settings["autovacuum_max_workers"].takes_effect == "restart") == restart
    assert found.connections == int(database.one("SHOW max_connections"))
    effective = {14: "1", 15: "1", 16: "1", 17: "1", 18: "16"}[database.major]
    assert found.settings["effective_io_concurrency"].boot == effective
    assert ("io_method" in found.settings) == (database.major >= 18)


@pytest.mark.majors("all")
def test_a_role_without_rights_gets_what_it_may_see(make_role: Callable[[str], str], database: Database) -> None:
    role = make_role("LOGIN")
    with database.connect(user=role) as connection:
        found = reader.read(connection, MACHINE, workload="mixed", connections=10)
    assert not found.may_alter_system
    assert {each.advice.setting.name for each in told(found)} >= {"shared_buffers", "autovacuum", "fsync"}
    assert "shared_preload_libraries" not in found.settings


@pytest.mark.majors("all")
def test_settings_are_those_of_a_new_session(make_role: Callable[[str], str], database: Database) -> None:
    """Not those of the transaction that reads them, which has no JIT; and what a role has is not the server's."""
    role = make_role("LOGIN")
    database.run(f"ALTER ROLE {role} SET random_page_cost = 7; ALTER ROLE {role} SET jit = on")
    with database.connect(user=role) as connection:
        connection.execute("SET random_page_cost = 5")
        found = reader.read(connection, MACHINE, workload="mixed", connections=10)
    assert (found.settings["jit"].value, found.settings["random_page_cost"].value) == ("on", "7")
    with database.connect(user=role) as connection:
        found = reader.read(connection, MACHINE, workload="mixed", connections=10)
    assert "ALTER ROLE" in found.settings["random_page_cost"].origin
    assert found.settings["shared_buffers"].origin == ""


def test_without_a_machine_nothing_is_guessed(database: Database) -> None:
    with database.connect() as connection:
        seen = reader.read(connection, MACHINE, workload="mixed", connections=10)
    unknown = {
        each.advice.setting.name
        for each in told(replace(seen, hardware=Hardware()))
        if each.advice.standing is Standing.UNKNOWN
    }
    assert unknown >= {"shared_buffers", "work_mem", "random_page_cost", "max_parallel_workers", "max_wal_size"}


def test_a_server_on_this_machine_is_looked_at(database: Database) -> None:
    with database.connect() as connection:
        found = reader.read(connection, Hardware(cpus=64), workload="mixed", connections=10).hardware
    assert found.memory
    assert (found.cpus, found.storage) == (64, None)
    assert found.origins == {"cpus": "given", "memory": "seen on this machine, on which the server runs"}


def test_the_wal_is_sized_by_what_was_written(database: Database) -> None:
    with database.connect() as connection:
        seen = reader.read(connection, MACHINE, workload="mixed", connections=10)
    minutes = replace(seen.settings["checkpoint_timeout"], value="300")
    seen = replace(seen, settings={**seen.settings, "checkpoint_timeout": minutes})
    busy = Written(seconds=100_000, bytes=100_000 * 10 * MB, pages=0, timed=10, requested=90)
    advice = changes(replace(seen, written=busy))["max_wal_size"].advice
    assert advice.proposed == "12GB"  # 10 MB/s × 2 × 300 s × 1.9
    assert "90 of 100 checkpoints came on request" in advice.formula
    assert "max_wal_size" not in changes(replace(seen, written=replace(busy, requested=1)))
    flood = replace(busy, bytes=busy.bytes * 100)
    assert changes(replace(seen, written=flood))["max_wal_size"].advice.proposed == "64GB"
    pages = changes(replace(seen, written=replace(busy, pages=busy.bytes / 8192 * 0.8)))
    assert pages["wal_compression"].advice.proposed in {*seen.settings["wal_compression"].choices, "on"}


def test_a_managed_service_gets_the_setting_not_the_statement(database: Database) -> None:
    with database.connect() as connection:
        seen = reader.read(connection, MACHINE, workload="mixed", connections=10)
    buffers = changes(seen)["shared_buffers"].advice
    text = cure(replace(seen, provider="Amazon RDS"), buffers)
    assert text == "-- Amazon RDS has no ALTER SYSTEM; in its settings of the server: shared_buffers = 512MB"


@pytest.mark.majors(18)
def test_io_uring_is_not_proposed(database: Database) -> None:
    with database.connect() as connection:
        seen = reader.read(connection, MACHINE, workload="mixed", connections=10)
    method = seen.settings["io_method"]
    for choices in (("sync", "worker"), ("sync", "worker", "io_uring")):
        settings = {**seen.settings, "io_method": replace(method, value="sync", choices=choices)}
        advice = changes(replace(seen, settings=settings))["io_method"].advice
        assert advice.proposed == "worker"
        assert ("io_uring" in advice.formula) == ("io_uring" in choices)


def test_sizes_are_written_as_settings_take_them() -> None:
    assert [spelled(each) for each in (100, 64 * 1024, 12 * MB, 1536 * MB, 4 * GB, 17.9 * GB)] == [
        "1kB", "64kB", "12MB", "1536MB", "4GB", "17GB",
    ]  # fmt: skip
    assert bytes_of("16384", "8kB") == 128 * MB
