from __future__ import annotations

from pgwright.base.errors import MigrationFileError, Refused
from pgwright.base.finding import Evidence, Finding, Severity
from pgwright.render.error_text import error_text
from pgwright.render.findings_text import findings_text
from pgwright.render.layout import Style


def finding(name: str, severity: Severity) -> Finding:
    cure = "GRANT a;\nGRANT b;"
    return Finding(
        kind="doctor", name=name, object="t", severity=severity, evidence=Evidence(text="e"), why="w", cure_sql=cure
    )


def test_the_worst_come_first_with_their_cure_and_are_counted() -> None:
    text = findings_text([finding("small", Severity.NOTICE), finding("big", Severity.DANGER)])
    assert text.startswith("danger: big on t\n  e\n  w\n  cure:\n    GRANT a;\n    GRANT b;\n\nnotice: small on t")
    assert text.endswith("1 danger, 1 notice\n")


def test_none() -> None:
    assert findings_text([], clear="All is well.") == "All is well.\n"


def test_an_error_is_three_sentences() -> None:
    error = Refused("It cannot be.", reasons=("because",), hint="Do this.")
    assert error_text(error) == "error: It cannot be.\n  - because\nNothing was changed.\nDo this.\n"


def test_an_excerpt_keeps_its_caret_under_its_column() -> None:
    error = MigrationFileError("syntax error", file="0001_a.sql", line=1, column=4, excerpt="  SELEC 1\n     ^")
    assert error_text(error) == "error: 0001_a.sql:1:4: syntax error\n  SELEC 1\n     ^\nNothing was changed.\n"


def test_an_error_cannot_send_commands_to_the_terminal() -> None:
    assert "\x1b" not in error_text(Refused('relation "\x1b[2J" is gone'))
    assert "\x1b[31m" in error_text(Refused("x"), style=Style(on=True))
