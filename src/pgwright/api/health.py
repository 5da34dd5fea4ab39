"""Looks at a running database and says what is wrong with it, or will be. It reads, and changes nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..base.errors import ConfigError
from ..config import Settings
from ..config.limits import measure
from ..diagnose.health import catalogue, keeping, looking
from ..diagnose.health.catalogue import Check
from ..diagnose.health.looking import Wishes
from ..diagnose.health.looks import Look, thinned
from ..diagnose.health.report import Health
from ..diagnose.health.session import Session

TIMEOUT = 10.0
"""Seconds for the query of one check."""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How it is looked. `checks` are names, none for all; `folder` is one more folder of `.sql` checks, `state` where
    looks are kept, both in place of what the settings say. `interval` are the seconds between two looks of this run,
    which are then compared with each other; `timeout` those that the query of one check may take. `wait` waits."""

    checks: tuple[str, ...] = ()
    folder: Path | None = None
    state: Path | None = None
    interval: float | None = None
    timeout: float = TIMEOUT
    wait: Callable[[float], None] = time.sleep


def health(settings: Settings, *, manner: Manner = Manner()) -> Health:
    """The health of the database of `settings`. Raises ConnectError where the server cannot be reached, or is lost and
    does not answer again, and UsageError (CheckFileError, ConfigError) for names, files and settings that are wrong."""
    known = _known(settings, manner)
    wishes = _wishes(settings, known)
    checks = catalogue.chosen(known, manner.checks)
    place = manner.state or settings.health.state or keeping.folder(os.environ)
    with Session(settings.dsn, timeout=manner.timeout) as session:
        server = session.server()
        path = keeping.file(place, server.identity)
        kept = keeping.read(path)
        compared: Sequence[Look] = kept.looks
        if manner.interval is not None:
            compared = (looking.counted(session, server, checks, wishes),)
            manner.wait(manner.interval)
            session.forget()
            server = session.server()
        made = looking.made(session, server, checks, wishes, compared)
    notes = [kept.note] if kept.note else []
    if made.look.rows and (note := keeping.write(path, thinned((*kept.looks, made.look), at=server.at))):
        notes.append(note)
    return Health(
        database=server.database,
        role=server.role,
        version=f"{server.version // 10000}.{server.version % 10000}",
        standby=server.standby,
        at=server.at,
        checks=made.checks,
        notes=tuple(notes),
    )


def listed(settings: Settings, *, manner: Manner = Manner()) -> tuple[Check, ...]:
    """The checks that `health` would make, with the thresholds of the settings."""
    known = _known(settings, manner)
    wishes = _wishes(settings, known)
    return tuple(wishes.applied(check) for check in catalogue.chosen(known, manner.checks))


def _known(settings: Settings, manner: Manner) -> tuple[Check, ...]:
    """All checks, those of the user's folders too."""
    return catalogue.checks([folder for folder in (settings.health.checks, manner.folder) if folder is not None])


def _wishes(settings: Settings, known: Sequence[Check]) -> Wishes:
    """What the configuration says about checks; raises ConfigError with the place of what is wrong."""
    by_name = {check.name: check for check in known}
    thresholds: dict[str, dict[str, float]] = {}
    for key, value in settings.health.thresholds.items():
        name, _, threshold = key.partition(".")
        origin = settings.origins.get(f"health.{key}", "[health]")
        declared = _check(by_name, name, origin).thresholds
        if threshold not in declared:
            raise ConfigError(f"{origin}: {name} has no threshold {threshold}.", hint=_listed(name, tuple(declared)))
        try:
            thresholds.setdefault(name, {})[threshold] = measure(declared[threshold].unit, value)
        except ValueError as error:
            raise ConfigError(f"{origin}: {threshold} {error}.", hint=f"`pgwright docs {name}` says more.") from error
    silence: dict[str, tuple[str, ...]] = {}
    for each in settings.health.silence:
        name, colon, pattern = each.partition(":")
        _check(by_name, name, settings.origins.get("health.silence", "[health]"))
        silence[name] = (*silence.get(name, ()), pattern if colon else "")
    return Wishes(thresholds=thresholds, silence=silence)


def _check(known: Mapping[str, Check], name: str, origin: str) -> Check:
    if name in known:
        return known[name]
    raise ConfigError(f"{origin}: there is no check {name}.", hint="`pgwright health --list` lists all checks.")


def _listed(name: str, thresholds: tuple[str, ...]) -> str:
    return f"It has {', '.join(thresholds)}." if thresholds else f"{name} has none."
