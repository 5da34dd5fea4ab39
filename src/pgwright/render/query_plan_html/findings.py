"""The findings as the page shows them: the largest share first, each with its evidence, its cure, and its trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...base.finding import Trial
from ...diagnose.diagnosis import Diagnosis, Found
from ...diagnose.explanation import Tried
from . import amounts, naming
from .clock import Clock
from .tried import Compared, change, compared

_KNOWN = {
    "measured": "measured in this run",
    "estimated": "estimated from the planner's amounts",
    "heuristic": "concluded from the look of the plan",
}
_KINDS = {
    "migration": "schema change",
    "maintenance": "maintenance",
    "setting": "setting",
    "rewrite": "rewrite of the statement",
}
NAMED = 6
"""Nodes of a finding that are named; a finding may be on each of a thousand partitions, and they all lead back."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a trial showed, in words, and whether it helped."""

    text: str
    helped: bool
    tier: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """One finding. `saving` is its share in the unit of the plan; `nodes` are (anchor, name), the first of them;
    `more_nodes` are how many others there are."""

    number: int
    title: str
    on: str
    severity: str
    share: float
    percent: str
    saving: str
    seen: str
    why: str
    known: str
    disproof: str
    cure: str
    cure_kind: str
    fields: tuple[tuple[str, str], ...]
    nodes: tuple[tuple[str, str], ...]
    more_nodes: int
    outcome: Outcome | None
    compared: Compared | None


def findings(clock: Clock, diagnosis: Diagnosis, trials: Sequence[Tried]) -> tuple[Item, ...]:
    """The views of all findings, in the order of the diagnosis."""
    by_index = {each.finding: each for each in trials}
    nodes = diagnosis.plan.by_path
    return tuple(
        _item(clock, number, each, {path: naming.label(nodes[path]) for path in each.paths}, by_index.get(number - 1))
        for number, each in enumerate(diagnosis.found, start=1)
    )


def _item(clock: Clock, number: int, found: Found, nodes: Mapping[str, str], tried: Tried | None) -> Item:
    finding, evidence = found.finding, found.finding.evidence
    trial = tried.trial if tried is not None else finding.tried
    return Item(
        number=number,
        title=title(found),
        on=finding.object,
        severity=finding.severity.value,
        share=round(found.share * 100, 2),
        percent=amounts.percent(found.share),
        saving=clock.named(found.share * clock.whole),
        seen=evidence.text,
        why=finding.why,
        known=_KNOWN.get(evidence.confidence, evidence.confidence),
        disproof=evidence.disproof,
        cure=finding.cure_sql,
        cure_kind=_KINDS.get(found.cure.kind.value, ""),
        fields=tuple((key, amounts.plain(value)) for key, value in evidence.fields.items()),
        nodes=tuple((naming.anchor(path), name) for path, name in nodes.items())[:NAMED],
        more_nodes=max(len(nodes) - NAMED, 0),
        outcome=_outcome(trial) if trial is not None else None,
        compared=compared(clock, tried.diagnosis) if tried is not None else None,
    )


def title(found: Found) -> str:
    """The name of a sign as words: `Seq scan discards rows`."""
    words = found.name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _outcome(trial: Trial) -> Outcome:
    before, after = (
        (amounts.milliseconds(trial.before), amounts.milliseconds(trial.after))
        if trial.unit == "ms"
        else (f"{amounts.count(trial.before)} {trial.unit}", f"{amounts.count(trial.after)} {trial.unit}")
    )
    word = change(trial.before, trial.after)
    return Outcome(text=f"{before} → {after}, {word}", helped=trial.helped, tier=trial.tier)
