"""What has to be counted for anybody to tell what is slow."""

from __future__ import annotations

from collections.abc import Iterator

from .....base.finding import Severity
from ..judging import one_of
from ..situation import Advice, Situation, Standing


def advise(situation: Situation) -> Iterator[Advice]:
    """track_io_timing, log_temp_files, log_autovacuum_min_duration, and pg_stat_statements among
    shared_preload_libraries."""
    yield one_of(
        situation, "track_io_timing", ("on",),
        reason="tells reading from computing; pg_test_timing on the server shows what the clock costs",
    )  # fmt: skip
    for name, reason in (("log_autovacuum_min_duration", "vacuums that last are found in the log"),
                         ("log_temp_files", "what spills is found in the log, with its statement")):  # fmt: skip
        setting = situation.settings[name]
        fine = setting.value != "-1"
        proposed = "10min" if name == "log_autovacuum_min_duration" else "10MB"
        yield Advice(
            setting=setting,
            standing=Standing.FINE if fine else Standing.CHANGE,
            proposed="" if fine else proposed,
            formula="any limit",
            reason=reason,
        )
    libraries = situation.settings.get("shared_preload_libraries")
    if libraries is not None:  # hidden from roles without pg_read_all_settings
        yield _statements(libraries.value, situation)


def _statements(loaded: str, situation: Situation) -> Advice:
    fine = "pg_stat_statements" in loaded
    return Advice(
        setting=situation.settings["shared_preload_libraries"],
        standing=Standing.FINE if fine else Standing.CHANGE,
        proposed="" if fine else ", ".join(filter(None, (loaded, "pg_stat_statements"))),
        formula="with pg_stat_statements",
        reason="without it nobody knows which statements take the time; then CREATE EXTENSION pg_stat_statements",
        severity=Severity.WARNING,
    )
