"""The options that every command which connects takes, and the `Invocation` it gets from them.

A command is written as `@connecting(formats) def command(invocation, …)`: parsing, settings, logging and the two
streams are ready when it is called.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from ..base.errors import UsageError
from .output import Output

if TYPE_CHECKING:
    from ..config import Settings

CONFIG_FILE = "pgwright.toml"


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """What the shared options of one command say. `format` is one of those that the command offers."""

    dsn: str | None
    profile: str | None
    config: Path | None
    migrations: Path | None
    format: str
    output: Output

    @property
    def json(self) -> bool:
        """True under `json` and `jsonl`: stdout carries objects only."""
        return self.format != "text"

    @property
    def folder(self) -> Path:
        """The folder from which pgwright.toml is looked for; raises UsageError when `--config` names nothing."""
        if self.config is None:
            return Path.cwd()
        if not self.config.exists():
            raise UsageError(f"--config {self.config}: there is no such file or folder.")
        if self.config.is_dir():
            return self.config
        if self.config.name != CONFIG_FILE:
            raise UsageError(f"--config {self.config}: the file must be called {CONFIG_FILE}.")
        return self.config.parent

    def settings(self) -> Settings:
        """The settings in force; raises ConfigError. `--migrations` must be an existing folder where it is given."""
        from ..config import load

        if self.migrations is not None and self.migrations.exists() and not self.migrations.is_dir():
            raise UsageError(f"--migrations {self.migrations}: this is a file, and a folder is needed.")
        settings = load(
            folder=self.folder,
            profile=self.profile,
            dsn=self.dsn,
            migrations=self.migrations,
            environ=os.environ,
        )
        if settings.migrations.is_relative_to(Path.cwd()):
            # so that messages name a file as a person here would
            return replace(settings, migrations=settings.migrations.relative_to(Path.cwd()))
        return settings


Command = Callable[..., Any]
"""The function of a command: takes an Invocation, then its own parameters."""


def seconds(_context: click.Context, _parameter: click.Parameter, value: str | None) -> float | None:
    """The seconds that a duration means, written as `90`, `90s`, `30min`, `2h` or `1d`: a callback of an option."""
    import re

    if value is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?) *(s|min|h|d|)", value.strip())
    if match is None:
        raise click.BadParameter(f"{value!r} is no duration; write 90s, 30min, 2h or 1d.")
    return float(match[1]) * {"": 1, "s": 1, "min": 60, "h": 3600, "d": 86400}[match[2]]


def planned(function: Command) -> Command:
    """Adds `--plan FILE`, given to the command as `plan`."""
    return click.option(
        "--plan",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Run this plan file, or refuse when it is stale.",
    )(function)


def confirmed(function: Command) -> Command:
    """Adds `--yes`, given to the command as `yes`."""
    what = "With --allow destructive: do not ask for the table's name."
    return click.option("--yes", is_flag=True, help=what)(function)


def allowing(function: Command) -> Command:
    """Adds `--allow WHAT`, given to the command as the frozen set `allow`."""

    def collect(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> frozenset[str]:
        return frozenset(word.strip() for value in values for word in value.split(",") if word.strip())

    return click.option(
        "--allow", multiple=True, metavar="WHAT", callback=collect, help="Consent to WHAT; may be given several times."
    )(function)


def connecting(*formats: str) -> Callable[[Command], Command]:
    """Adds the shared options; `formats` are what `--format` offers, the first is the default."""

    def decorate(function: Command) -> Command:
        def call(**values: Any) -> Any:
            return function(_invocation(values), **values)

        wrapped: Command = update_wrapper(call, function)
        for option in reversed(_shared(formats)):
            wrapped = option(wrapped)
        return wrapped

    return decorate


def _shared(formats: tuple[str, ...]) -> list[Callable[[Command], Command]]:
    """The options in the order of `--help`."""
    path = click.Path(path_type=Path)
    return [
        click.option("--dsn", metavar="DSN", help="Connection URI or keywords. Default: PGWRIGHT_DSN, the profile, "
                     "DATABASE_URL, then libpq's own variables."),
        click.option("--profile", metavar="NAME", help="The [profile.NAME] of pgwright.toml to use."),
        click.option("--config", type=path, metavar="PATH", help="pgwright.toml or its folder. Default: looked for "
                     "from here upwards."),
        click.option("--migrations", type=path, metavar="FOLDER", help="The folder of the migration files."),
        click.option("--format", type=click.Choice(formats), default=formats[0], show_default=True,
                     help="What stdout carries."),
        click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
                     help="Whether to use colours; auto looks at the terminal and NO_COLOR."),
        click.option("-q", "--quiet", is_flag=True, help="No narration on stderr, errors only."),
        click.option("-v", "--verbose", count=True, metavar="BOOLEAN",  # for the help that is no value at all
                     help="Log more to stderr; -vv logs statements too."),
    ]  # fmt: skip


def _invocation(values: dict[str, Any]) -> Invocation:
    """Takes the shared options out of `values`."""
    quiet, verbose = values.pop("quiet"), values.pop("verbose")
    if quiet and verbose:
        raise UsageError("--quiet and --verbose exclude each other.")
    _log(verbose)
    return Invocation(
        dsn=values.pop("dsn"),
        profile=values.pop("profile"),
        config=values.pop("config"),
        migrations=values.pop("migrations"),
        format=values.pop("format"),
        output=Output(color=values.pop("color"), quiet=quiet),
    )


def _log(verbose: int) -> None:
    """Standard logging to stderr: warnings, with -v what pgwright says, with -vv everything it logs."""
    import logging

    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.getLogger("pgwright").setLevel(level)
