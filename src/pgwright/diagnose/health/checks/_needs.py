"""What a check needs: each need answers with the reason why it is not met, and the grant to give, or with None."""

from __future__ import annotations

from collections.abc import Callable

from ....sql.quote import ident
from ._check import Hidden
from ._seen import Server

Need = Callable[[Server], Hidden | None]


def primary(server: Server) -> Hidden | None:
    """Counters of writes, of VACUUM and of ANALYZE are those of the primary."""
    return Hidden(what="This is a standby, and only the primary knows; run it there.") if server.standby else None


def all_sessions(server: Server) -> Hidden | None:
    """The times and states of other roles' sessions, and of standbys."""
    if server.reads_all_stats:
        return None
    return Hidden(what=f"{server.role} sees the sessions of its own roles only.",
                  grant=f"GRANT pg_read_all_stats TO {ident(server.role)};")  # fmt: skip


def standbys(server: Server) -> Hidden | None:
    """How far standbys are."""
    if server.reads_all_stats:
        return None
    return Hidden(what=f"{server.role} may not see how far standbys are.",
                  grant=f"GRANT pg_read_all_stats TO {ident(server.role)};")  # fmt: skip


def hidden_settings(server: Server) -> Hidden | None:
    """Settings that only pg_read_all_settings shows, as shared_preload_libraries."""
    if server.reads_all_settings:
        return None
    return Hidden(what=f"{server.role} may not read every setting.",
                  grant=f"GRANT pg_read_all_settings TO {ident(server.role)};")  # fmt: skip


def files(server: Server) -> Hidden | None:
    """The names of files of the server."""
    if server.lists_files:
        return None
    return Hidden(what=f"{server.role} may not list the server's files.",
                  grant=f"GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) TO {ident(server.role)};")  # fmt: skip


def statements(server: Server) -> Hidden | None:
    """The extension pg_stat_statements, installed in this database and loaded."""
    if "pg_stat_statements" in server.extensions:
        return None
    return Hidden(what="The extension pg_stat_statements is not installed in this database.",
                  grant="CREATE EXTENSION pg_stat_statements;")  # fmt: skip
