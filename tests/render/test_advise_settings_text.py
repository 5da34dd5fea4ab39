from __future__ import annotations

from dataclasses import replace

from pgwright.render.advise_settings_text import advise_settings_text

from .advice import SETTINGS, SITUATION

EXPECTED = """\
PostgreSQL 18.3; memory 16GB (given); 4 processors (given); work oltp; 50
connections.

warning: memory_setting on shared_buffers
  Needs a restart of the server.
  It is 128MB, and should be 4GB: memory / 4.
  Pages that sessions share.
  cure:
    ALTER SYSTEM SET shared_buffers = '4GB';
    -- then restart the server

warning: autovacuum_of_a_table on public.t\\x1b[31m
  20.00 rows die per second: autovacuum comes every 6 days, and 10,001,251 (17%)
  are dead by then.
  With that it comes every 36 h.
  cure:
    ALTER TABLE public.t SET (autovacuum_vacuum_scale_factor = 0.052);

notice: statement_spills on SELECT 1
  Each of 3 calls writes 10MB to temporary files on average.
  Between 10MB and 40MB of work_mem keep it in memory, if one step does it all;
  pgwright explain tells each step's need.
  cure:
    SET LOCAL work_mem = '40MB'; -- in the transaction that runs it

Fine as they are
  jit = on
  autovacuum of 7 large tables

Not judged
  without --storage: random_page_cost

Note: What hangs on --storage is not judged: give it.

2 warnings, 1 notice
"""


def test_what_should_change_comes_first() -> None:
    assert advise_settings_text(SETTINGS) == EXPECTED


def test_no_line_is_wider_than_the_terminal() -> None:
    for columns in (60, 80, 120):
        assert max(map(len, advise_settings_text(SETTINGS, columns=columns).splitlines())) <= max(columns, 71)


def test_when_all_is_fine_it_says_so() -> None:
    fine = replace(SETTINGS, settings=SETTINGS.settings[1:2], tables=(), statements=(), notes=(), situation=SITUATION)
    text = advise_settings_text(fine)
    assert text.endswith("Nothing should change.\n")
    assert "Not judged" not in text
