"""A health made by hand, with hostile names: for the tests of all that shows one."""

from __future__ import annotations

from pgwright.base.finding import Evidence, Finding, Severity
from pgwright.diagnose.health.checks._check import Value
from pgwright.diagnose.health.report import Health, Looked, State

EVIL = 'a"b\\c\nd </script><img src=x onerror=hacked=1> é'


def finding(name: str, severity: Severity, object_: str = "public.t") -> Finding:
    return Finding(
        kind="health",
        name=name,
        object=object_,
        severity=severity,
        evidence=Evidence(text="It is 7.", confidence="measured", fields={"n": 7, "none": None, "share": 0.25}),
        why="It hurts.",
        cure_sql="SELECT 1;",
    )


HEALTH = Health(
    database='boutique "é"',
    role="moi",
    version="18.6",
    standby=False,
    at=1_700_000_000.5,
    checks=(
        Looked(
            name="a_check",
            state=State.MADE,
            findings=(
                *(finding("a_check", Severity.NOTICE, f"public.t{number}") for number in range(30)),
                finding("a_check", Severity.DANGER, EVIL),
            ),
            values=(
                Value(name="things", help="Things that\nare.", value=3.0, labels=(("of", EVIL),)),
                Value(name="things", help="Things that\nare.", value=0.125, labels=(("of", "b"),)),
            ),
            compared=7200.0,
        ),
        Looked(name="b_check", state=State.UNMADE, reason="moi may not.", grant="GRANT pg_monitor TO moi;"),
        Looked(name="c_check", state=State.WAITS, reason="One look only."),
        Looked(name="d_check", state=State.WAITS, reason="One look only."),
        Looked(name="e_check", state=State.PARTLY, reason="A part.", grant="GRANT x TO moi;", silenced=2),
        Looked(name="f_check", state=State.SILENCED, reason="The configuration silences it."),
    ),
    notes=("A note.",),
)
