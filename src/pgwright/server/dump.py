"""Runs pg_dump of a schema, without a row of data. The password travels in the environment, never in an argument."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ..base.errors import Refused
from ..base.name import RelationName
from ..connect.redaction import redact

_NUMBERED = re.compile(r"^(ALTER (?:FOREIGN )?TABLE .* SET \()(.*\bpg_attver=.*)(\);\n)", re.MULTILINE)
"""PostgreSQL 15.20 of Debian 12 numbers each column in its options. Its own pg_dump leaves that out, others write it
down, and no other server takes it."""


def schema_script(
    program: Path,
    dsn: str,
    *,
    schemas: Sequence[str] = (),
    without: Sequence[str] = (),
    without_tables: Sequence[RelationName] = (),
    owners: bool,
    privileges: bool,
    options: Sequence[str] = (),
) -> str:
    """What `program`, a pg_dump, writes of `schemas` (none: all but those `without`), but for `without_tables`.
    `owners` and `privileges` say whether ownership and grants are in it; subscriptions never are: restored they
    would begin to work. `options` are further ones of pg_dump. Raises Refused with what pg_dump said."""
    given = conninfo_to_dict(dsn)
    password = given.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    arguments = ["--schema-only", "--no-subscriptions", "--encoding=UTF8"]
    arguments += [f"--schema={_pattern(name)}" for name in schemas]
    arguments += [f"--exclude-schema={_pattern(name)}" for name in without]
    arguments += [f"--exclude-table={_pattern(each.schema)}.{_pattern(each.name)}" for each in without_tables]
    arguments += options
    arguments += [] if owners else ["--no-owner"]
    arguments += [] if privileges else ["--no-privileges"]
    if given:
        arguments.append(f"--dbname={make_conninfo('', **given)}")
    answer = subprocess.run(
        [program, *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if answer.returncode != 0:
        raise Refused(
            f"pg_dump could not read the schema: {redact(' '.join(answer.stderr.split()))}",
            hint="Run it as a role that may read all of the schema.",
        )
    return _NUMBERED.sub(_without_number, answer.stdout)


def _without_number(found: re.Match[str]) -> str:
    options = [each for each in found[2].split(", ") if not each.startswith("pg_attver=")]
    return f"{found[1]}{', '.join(options)}{found[3]}" if options else ""


def _pattern(name: str) -> str:
    """A pattern of pg_dump that means this name alone."""
    return '"' + name.replace('"', '""') + '"'
