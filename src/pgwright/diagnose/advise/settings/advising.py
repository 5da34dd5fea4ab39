"""All that is said about settings, in one value; and as findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....base import registry
from ....base.finding import Evidence, Finding
from .cures import cure
from .situation import Advice, Situation, Standing
from .spilling import Spilling
from .tables import TableAdvice

FAMILIES = "diagnose.advise.settings.families"


@dataclass(frozen=True, kw_only=True)
class Told:
    """One setting with its `family` and the statement that changes it ("" where it is fine or unknown)."""

    family: str
    advice: Advice
    sql: str = ""


@dataclass(frozen=True, kw_only=True)
class SettingsAdvice:
    """What is said: all settings that were looked at, tables whose autovacuum should change, statements that spill, how
    many large tables are fine, and sentences about what could not be told."""

    situation: Situation
    settings: tuple[Told, ...]
    tables: tuple[TableAdvice, ...] = ()
    fine_tables: int = 0
    statements: tuple[Spilling, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What should change."""
        changes = [_finding(each) for each in self.settings if each.advice.standing is Standing.CHANGE]
        return (*changes, *(each.finding for each in self.tables), *(each.finding for each in self.statements))

    @property
    def migration(self) -> str:
        """The statements that belong to tables, for a migration file; "" where there are none."""
        return "\n".join(each.sql for each in self.tables if each.sql)


def told(situation: Situation) -> tuple[Told, ...]:
    """What all families say, in their order by name."""
    found = []
    for family in registry.names(FAMILIES):
        advices: Sequence[Advice] = list(registry.load(FAMILIES, family).advise(situation))
        for advice in advices:
            sql = cure(situation, advice) if advice.standing is Standing.CHANGE else ""
            found.append(Told(family=family, advice=advice, sql=sql))
    return tuple(found)


def _finding(told: Told) -> Finding:
    advice, setting = told.advice, told.advice.setting
    formula = f": {advice.formula}" if advice.formula != advice.proposed else ""
    return Finding(
        kind="settings",
        name=f"{told.family}_setting",
        object=setting.name,
        severity=advice.severity,
        evidence=Evidence(
            text=f"It is {setting.shown or 'empty'}, and should be {advice.proposed}{formula}.",
            fields={"value": setting.shown, "proposed": advice.proposed, "takes_effect": setting.takes_effect},
        ),
        why=" ".join(filter(None, (f"{advice.reason[:1].upper()}{advice.reason[1:]}.", setting.origin))),
        cure_sql=told.sql,
    )
