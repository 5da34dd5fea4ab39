"""Fixtures and options of all tests. `tests/support` holds what they are made of, CONTRIBUTING.md how to use them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from pgwright.server.find import Binaries
from tests.support import broker, databases, selection
from tests.support.databases import Database, Server
from tests.support.own import counting

# Before any test module has imported them.
pytest.register_assert_rewrite(
    "tests.evolve.operations.cases",
    "tests.support.changes",
    "tests.support.lifecycle",
    "tests.support.races",
    "tests.support.sync_cases",
)
hypothesis.settings.register_profile("pgwright", deadline=None, print_blob=True, derandomize=selection.in_ci())
hypothesis.settings.load_profile("pgwright")

BROKER = pytest.StashKey[broker.Broker]()
PORT = pytest.StashKey[int]()
SKIPS = pytest.StashKey[selection.Account]()
_role_number = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pgwright")
    group.addoption("--majors", default=None, help="run on these majors only, for example 14,18")
    group.addoption("--all-majors", action="store_true", help='majors("all") means 14 to 18')


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith(("PG", "DATABASE_URL"))]:
        del os.environ[name]  # a test must not reach the developer's own servers
    if config.getoption("--all-majors"):
        os.environ[selection.WHOLE] = "1"
    worker = getattr(config, "workerinput", None)
    if worker is None:
        config.stash[BROKER] = broker.Broker(selection.server_folders())
        config.stash[PORT] = config.stash[BROKER].port
        config.stash[SKIPS] = selection.Account(
            everything=bool(config.getoption("--all-majors")),
            majors=config.getoption("--majors"),
            chosen=config.getoption("markexpr"),
        )
    else:
        config.stash[PORT] = worker["broker"]


def everything(config: pytest.Config) -> bool:
    """Whether `majors("every")` means all five, and all cases run."""
    return selection.in_ci() or bool(config.getoption("--all-majors"))


def is_asked_for(config: pytest.Config) -> bool:
    """Whether the run was given files, words or majors of its choice: then nothing of them is left out."""
    if (worker := getattr(config, "workerinput", None)) is not None:
        return bool(worker["asked"])
    chosen = config.getoption("keyword") or config.getoption("--majors")
    return bool(chosen) or config.args_source is not pytest.Config.ArgsSource.TESTPATHS


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than cores, because tests wait for servers; two at least, eight at most."""
    return min(max((os.cpu_count() or 1) + 1, 2), 8)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    node.workerinput["broker"] = node.config.stash[PORT]  # type: ignore[attr-defined]
    node.workerinput["asked"] = is_asked_for(node.config)  # type: ignore[attr-defined]


def pytest_report_header(config: pytest.Config) -> str | None:
    if BROKER not in config.stash:
        return None
    return "postgresql: " + ", ".join(f"{found.version} in {found.folder}" for found in config.stash[BROKER].known())


def pytest_unconfigure(config: pytest.Config) -> None:
    if BROKER in config.stash:
        config.stash[BROKER].close()
    if SKIPS in config.stash:  # after pytest's own last line, so that nobody overlooks it
        for line in config.stash[SKIPS].lines(whole=config.args_source is pytest.Config.ArgsSource.TESTPATHS):
            print(line)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("majors")
    chosen = metafunc.config.getoption("--majors")
    majors = selection.majors_of(
        marker.args if marker else (),
        [int(major) for major in chosen.split(",")] if chosen else None,
        ci=selection.in_ci(),
        everything=bool(metafunc.config.getoption("--all-majors")),
    )
    metafunc.parametrize("server", majors, indirect=True, scope="session", ids=[f"pg{major}" for major in majors])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker("db")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skips.append(reason.removeprefix("Skipped: "))


_skips: list[str] = []


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    account = session.config.stash.get(SKIPS, None)
    if account is None:
        return
    for reason in _skips:
        account.add(reason)
    if account.forbidden and session.exitstatus == 0:
        session.exitstatus = 1


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    """A running server, shared by the whole run; marks `majors(…)` and `--majors` choose which."""
    answer = broker.ask(request.config.stash[PORT], request.param)
    if answer.missing:
        pytest.skip(answer.missing)
    if answer.error:
        pytest.fail(answer.error)
    binaries = Binaries(folder=Path(answer.folder), version=answer.version)
    return Server(major=request.param, host=answer.host, port=answer.port, binaries=binaries)


@pytest.fixture
def make_database(server: Server) -> Iterator[Callable[..., Database]]:
    """`make_database(script="")` makes a fresh database holding what the script makes; dropped after the test."""
    made: list[Database] = []

    def make(script: str = "") -> Database:
        made.append(databases.create(server, script))
        return made[-1]

    yield make
    for database in made:
        databases.drop(database)


@pytest.fixture
def database(make_database: Callable[..., Database]) -> Database:
    """A fresh empty database for this test."""
    return make_database()


@pytest.fixture
def make_counting_database(server: Server) -> Iterator[Callable[..., Database]]:
    """As `make_database`, on a server of its own that has pg_stat_statements loaded."""
    with ExitStack() as running:
        yield lambda script="": running.enter_context(counting(server, script))


@pytest.fixture
def make_role(server: Server) -> Iterator[Callable[..., str]]:
    """`make_role("LOGIN NOSUPERUSER")` makes a role and returns its name; ask for it before `database`, so that
    it is dropped after what it owns."""
    made: list[str] = []

    def make(options: str = "LOGIN") -> str:
        name = f"role_{os.getpid()}_{next(_role_number)}"
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE ROLE {} ").format(sql.Identifier(name)) + sql.SQL(options))
        made.append(name)
        return name

    yield make
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
