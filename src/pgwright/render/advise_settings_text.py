"""Advice about settings for a terminal: what should change, then in a line each what is fine and what is not known."""

from __future__ import annotations

from collections.abc import Sequence

from ..base.amount import plural
from ..diagnose.advise.settings.advising import SettingsAdvice, Told
from ..diagnose.advise.settings.amounts import spelled
from ..diagnose.advise.settings.situation import Situation, Standing
from .findings_text import counted, finding_lines
from .layout import PLAIN, Style, clean, indented

_NEEDS = {
    "restart": "Needs a restart of the server.",
    "reload": "Needs a reload only.",
    "session": "A reload is enough; a role or session may have its own.",
}


def advise_settings_text(advice: SettingsAdvice, *, columns: int = 80, style: Style = PLAIN) -> str:
    """The whole text."""
    effects = {each.advice.setting.name: each.advice.setting.takes_effect for each in advice.settings}
    blocks = [indented(_machine(advice.situation), columns)]
    for finding in sorted(advice.findings, key=lambda each: -_rank(each.severity.value)):
        weight = _NEEDS.get(effects.get(finding.object, ""), "")
        blocks.append(finding_lines(finding, columns, style, weight=weight))
    blocks.append(_fine(advice, columns, style))
    blocks.append(_unknown(advice.settings, columns, style))
    blocks.append([line for note in advice.notes for line in indented(f"Note: {clean(note)}", columns)])
    blocks.append([counted(advice.findings) or "Nothing should change."])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _rank(severity: str) -> int:
    return ("notice", "warning", "danger").index(severity)


def _machine(situation: Situation) -> str:
    hardware, origins = situation.hardware, situation.hardware.origins or {}
    parts = [
        f"memory {spelled(hardware.memory)} ({origins['memory']})" if hardware.memory is not None else "",
        f"{plural(hardware.cpus, 'processor')} ({origins['cpus']})" if hardware.cpus is not None else "",
        f"storage {hardware.storage} ({origins['storage']})" if hardware.storage is not None else "",
        f"work {situation.workload}",
        plural(situation.connections, "connection"),
        situation.provider,
    ]
    version = situation.version
    return f"PostgreSQL {version // 10000}.{version % 10000}; " + "; ".join(filter(None, parts)) + "."


def _fine(advice: SettingsAdvice, columns: int, style: Style) -> list[str]:
    """The settings that are fine, with their values; and the tables."""
    values = ", ".join(
        f"{each.advice.setting.name} = {each.advice.setting.shown or 'empty'}"
        for each in advice.settings
        if each.advice.standing is Standing.FINE
    )
    lines = [style.bold("Fine as they are"), *indented(clean(values), columns, first="  ")] if values else []
    if advice.fine_tables:
        text = f"autovacuum of {plural(advice.fine_tables, 'large table')}"
        lines += indented(text, columns, first="  ")
    return lines


def _unknown(settings: Sequence[Told], columns: int, style: Style) -> list[str]:
    """The settings that cannot be judged, by what is missing."""
    missing: dict[str, list[str]] = {}
    for each in settings:
        if each.advice.standing is Standing.UNKNOWN:
            missing.setdefault(each.advice.formula, []).append(each.advice.setting.name)
    lines = [style.bold("Not judged")] if missing else []
    for what, names in missing.items():
        lines += indented(f"without {what}: {', '.join(names)}", columns, first="  ")
    return lines
