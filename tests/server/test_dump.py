"""What pg_dump writes, and what of it no other server would take."""

from __future__ import annotations

from pathlib import Path

from pgwright.server import dump

WRITTEN = """CREATE TABLE public.t (id integer, b text);
ALTER TABLE ONLY public.t ALTER COLUMN id SET (pg_attver=22161384);
ALTER TABLE ONLY public.t ALTER COLUMN b SET (pg_attver=2, n_distinct=7);
ALTER TABLE ONLY public.t ALTER COLUMN c SET (n_distinct=7, pg_attver=3);
ALTER FOREIGN TABLE ONLY public.f ALTER COLUMN "pg_attver=" SET (n_distinct=0.5);
COMMENT ON TABLE public.t IS 'SET (pg_attver=3);
';
"""
TAKEN = """CREATE TABLE public.t (id integer, b text);
ALTER TABLE ONLY public.t ALTER COLUMN b SET (n_distinct=7);
ALTER TABLE ONLY public.t ALTER COLUMN c SET (n_distinct=7);
ALTER FOREIGN TABLE ONLY public.f ALTER COLUMN "pg_attver=" SET (n_distinct=0.5);
COMMENT ON TABLE public.t IS 'SET (pg_attver=3);
';
"""


def test_numbers_of_columns_are_left_out(tmp_path: Path) -> None:
    """A program in the place of pg_dump says what that of 18.6 says of a 15.20 of Debian 12."""
    (tmp_path / "said.sql").write_text(WRITTEN, encoding="utf-8")
    program = tmp_path / "pg_dump"
    program.write_text(f"#!/bin/sh\ncat '{tmp_path}/said.sql'\n", encoding="utf-8")
    program.chmod(0o755)
    assert dump.schema_script(program, "", owners=True, privileges=True) == TAKEN
