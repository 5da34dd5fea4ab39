"""Makes a project and the journal of its database; or the script that makes the journal, for somebody who may."""

from __future__ import annotations

from pathlib import Path

import psycopg

from ..base.errors import Refused, UsageError
from ..config import Settings
from ..connect import open, translate
from ..evolve.execute import journal, reach
from ..sql.quote import dollar, ident, literal

CONFIG_FILE = "pgwright.toml"

_CONFIG = """\
# pgwright config show lists every setting with its value and where it came from.
# A connection is looked for in --dsn, PGWRIGHT_DSN, the profile, DATABASE_URL, then libpq's own variables.
#
# [profile.staging]
# dsn = "postgresql://migrator@staging.example/shop"
# migrations = "migrations"
"""

_OWNED = """
DECLARE name text;
BEGIN
    FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'pgwright' LOOP
        EXECUTE 'ALTER TABLE ' || name || ' OWNER TO ' || {quoted};
    END LOOP;
END
"""


def init(settings: Settings, *, folder: Path | None = None) -> tuple[str, ...]:
    """Makes what is missing of project and journal and says what it made. `folder` is where pgwright.toml goes when
    none is found from there upwards; None makes no files. Raises ConnectError before anything is made, Refused when
    the role may not make the journal."""
    with open(settings.dsn, name="init") as connection:
        try:
            reach.require_transactions(connection)
            made_journal = journal.create(connection)
        except psycopg.errors.InsufficientPrivilege as error:
            raise Refused(
                f"{connection.info.user} may not make the journal in database {connection.info.dbname}.",
                hint="Grant CREATE on the database, or let somebody run the script of: pgwright init --sql --role "
                + connection.info.user,
            ) from error
        except psycopg.Error as error:
            raise translate(error, doing="making the journal") from error
        place = f"the journal in database {connection.info.dbname}"
    files = () if folder is None else _project(folder, settings.migrations)
    return (*files, *([place] if made_journal else []))


def init_script(role: str | None = None) -> str:
    """The script that makes the journal in one transaction. `role` is who will migrate and gets to own it; None leaves
    it with who runs the script."""
    return f"BEGIN;\n\n{journal.ddl().rstrip()}\n{_owned(role) if role else ''}\nCOMMIT;\n"


def _owned(role: str) -> str:
    """The statements that give the schema and its tables to `role`."""
    body = dollar(_OWNED.format(quoted=literal(ident(role))))
    return (
        f"\n-- The role that migrates must own all of it.\nALTER SCHEMA pgwright OWNER TO {ident(role)};\nDO {body};\n"
    )


def _project(folder: Path, migrations: Path) -> tuple[str, ...]:
    """pgwright.toml and the migrations folder, where they are missing."""
    made = []
    try:
        if not any((place / CONFIG_FILE).exists() for place in (folder, *folder.resolve().parents)):
            (folder / CONFIG_FILE).write_text(_CONFIG, encoding="utf-8")
            made.append(str(folder / CONFIG_FILE))
        if not migrations.exists():
            migrations.mkdir(parents=True)
            made.append(f"{migrations}/")
    except OSError as error:
        raise UsageError(f"The project cannot be made: {error}.") from error
    return tuple(made)
