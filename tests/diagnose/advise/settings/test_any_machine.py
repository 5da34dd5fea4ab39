"""On any machine: what is advised is within what the server takes, and once it is taken nothing more is advised."""

from __future__ import annotations

import re
from dataclasses import replace

import hypothesis
import pytest
from hypothesis import strategies as st

from pgwright.diagnose.advise.settings import reader
from pgwright.diagnose.advise.settings.advising import told
from pgwright.diagnose.advise.settings.amounts import GB, MB, bytes_of
from pgwright.diagnose.advise.settings.situation import Advice, Hardware, Setting, Situation, Standing, Written
from tests.support.databases import Database

Bounds = dict[str, tuple[float, float]]
_SECONDS = {"ms": 0.001, "s": 1, "min": 60}

machines = st.builds(
    Hardware,
    memory=st.integers(256 * MB, 4096 * GB),
    cpus=st.integers(1, 512),
    storage=st.sampled_from(["ssd", "hdd", "network"]),
)
written = st.builds(
    Written,
    seconds=st.floats(3600, 1e8),
    bytes=st.floats(0, 1e15),
    pages=st.floats(0, 1e11),
    timed=st.integers(0, 10**6),
    requested=st.integers(0, 10**6),
)
kinds = st.sampled_from(["oltp", "olap", "mixed"])


@pytest.fixture
def seen(database: Database) -> tuple[Situation, Bounds]:
    with database.connect() as connection:
        situation = reader.read(connection, Hardware(), workload="mixed", connections=10)
    rows = database.all("SELECT name, min_val::float8, max_val::float8 FROM pg_settings WHERE min_val IS NOT NULL")
    return situation, {name: (least, most) for name, least, most in rows}


def stored(setting: Setting, proposed: str) -> str:
    """The value as pg_settings has it."""
    match = re.fullmatch(r"(-?[\d.]+)([a-zA-Z]+)", proposed)
    if match is None:
        return proposed
    if match[2] in _SECONDS:
        return f"{float(match[1]) * _SECONDS[match[2]] / _SECONDS[setting.unit]:g}"
    return str(round(bytes_of(match[1], match[2]) / bytes_of("1", setting.unit)))


def changes(situation: Situation) -> list[Advice]:
    return [each.advice for each in told(situation) if each.advice.standing is Standing.CHANGE]


def taken(situation: Situation, advices: list[Advice]) -> Situation:
    new = {each.setting.name: replace(each.setting, value=stored(each.setting, each.proposed)) for each in advices}
    return replace(situation, settings={**situation.settings, **new})


@pytest.mark.majors("all")
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(machine=machines, counted=written, workload=kinds, connections=st.integers(1, 10_000))
def test_advice_is_possible_and_comes_to_an_end(
    seen: tuple[Situation, Bounds], machine: Hardware, counted: Written, workload: str, connections: int
) -> None:
    situation, bounds = seen
    situation = replace(situation, hardware=machine, written=counted, workload=workload, connections=connections)
    for _ in range(3):  # some settings hang on others: work_mem on shared_buffers
        advices = changes(situation)
        for each in advices:
            if each.setting.name in bounds:
                least, most = bounds[each.setting.name]
                assert least <= float(stored(each.setting, each.proposed)) <= most, each
            elif each.setting.choices:
                assert each.proposed in each.setting.choices
        situation = taken(situation, advices)
    assert changes(situation) == []
