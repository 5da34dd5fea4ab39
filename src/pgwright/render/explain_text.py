"""An explanation for a terminal: where the time went, the findings with their cures, and the tree."""

from __future__ import annotations

from ..base.amount import plural
from ..diagnose.accounting.account import Account
from ..diagnose.diagnosis import Diagnosis, Found
from ..diagnose.explanation import Explained, Explanation
from ..diagnose.naming import title
from ..diagnose.reading import sentence
from .findings_text import counted, finding_lines
from .layout import PLAIN, Style, clean, indented, pad, width
from .query_plan_text import Drawing, bar, milliseconds, tree_text

MOST = 4
"""How many nodes are told in sentences: the slowest."""
TELLING = 0.05


def explain_text(
    explanation: Explanation, *, columns: int = 80, style: Style = PLAIN, unicode: bool = True, full: bool = False
) -> str:
    """The whole text. Without times shares are those of the planner's cost, and it says so."""
    drawing = Drawing(columns=columns, style=style, unicode=unicode, full=full)
    first = explanation.first
    blocks = [
        _summary(first.diagnosis, drawing),
        _sets(explanation, drawing),
        _slowest(first.diagnosis, drawing),
        tree_text(first.diagnosis.account, drawing),
        _beside(first.diagnosis.account, drawing),
        *(
            finding_lines(found.finding, columns, style, weight=_weight(found, first.diagnosis))
            for found in first.diagnosis.found
        ),
        _counted(first.diagnosis, drawing),
        [line for note in explanation.notes for line in indented(f"Note: {note}", columns)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _summary(diagnosis: Diagnosis, drawing: Drawing) -> list[str]:
    account = diagnosis.account
    plan, parts = account.plan, []
    if account.execution_ms is not None:
        parts.append(f"executed in {milliseconds(account.execution_ms)}")
    elif plan.measured:
        parts.append("executed, and not timed (TIMING OFF): shares are of the planner's cost")
    else:
        parts.append("not executed: rows are expected ones, shares are of the planner's cost")
    planning = plan.milliseconds("Planning Time")
    if planning is not None:
        parts.append(f"planned in {milliseconds(planning)}")
    root = plan.root
    hit, read = root.number("Shared Hit Blocks"), root.number("Shared Read Blocks")
    if "Shared Hit Blocks" in root.properties:
        parts.append(f"{hit + read:,.0f} pages, {read:,.0f} of them from below the cache")
    if plan.measured:
        parts.append(plural(round(root.number("Actual Rows") * root.loops), "row"))
    text = "; ".join(parts)
    return indented(text[:1].upper() + text[1:] + ".", drawing.columns)


def _sets(explanation: Explanation, drawing: Drawing) -> list[str]:
    """The plans beside one another, where there are several."""
    if len(explanation.plans) < 2 and not explanation.first.values:
        return []
    lines = []
    size = max((width(each.name) for each in explanation.plans), default=0)
    for number, each in enumerate(explanation.plans):
        shown = " (shown below)" if number == 0 and len(explanation.plans) > 1 else ""
        name = pad(each.name, size) + "  " if each.name else ""
        lines += indented(f"{_took(each)}{shown}{_values(each)}", drawing.columns, first=name)
    return lines


def _took(each: Explained) -> str:
    account = each.diagnosis.account
    if account.execution_ms is not None:
        return milliseconds(account.execution_ms)
    return f"cost {account.plan.root.number('Total Cost'):,.0f}"


def _values(each: Explained) -> str:
    if not each.values:
        return ""
    return " with " + ", ".join(f"${number} = {clean(value)}" for number, value in sorted(each.values.items()))


def _slowest(diagnosis: Diagnosis, drawing: Drawing) -> list[str]:
    """The nodes that took most, each in a sentence."""
    account = diagnosis.account
    seen = diagnosis.seen
    ranked = sorted(account.plan.nodes, key=lambda node: -account.of(node).share)[:MOST]
    lines = []
    for node in ranked:
        own = account.of(node)
        if own.share < TELLING:
            continue
        time = f"{milliseconds(own.exclusive)}, " if own.exclusive is not None else ""
        text = f"{own.share:.0%} ({time}{clean(title(node))}): it {sentence(seen, node)}."
        lines += indented(text, drawing.columns, first=pad(bar(own.share, drawing.unicode), 8) + " ")
    return [
        drawing.style.bold("Where the time goes" if account.execution_ms is not None else "Where the cost is"),
        *lines,
    ]


def _beside(account: Account, drawing: Drawing) -> list[str]:
    """What no node took, and the sum."""
    if account.execution_ms is None:
        return []
    rows = []
    for trigger in account.triggers:
        if trigger.milliseconds >= 0.005:
            kind = "constraint" if trigger.constraint else "trigger"
            calls = plural(round(trigger.calls), "call")
            rows.append((trigger.milliseconds, f"{kind} {clean(trigger.name)} on {clean(trigger.relation)}, {calls}"))
    if account.serialization_ms:
        rows.append((account.serialization_ms, "the rows as they are sent (serialization)"))
    rows.append((account.executor_ms, "the executor, to start, to end and to hand out rows"))
    lines = [f"{pad(milliseconds(time), 9, right=True)}  {text}" for time, text in rows]
    whole = account.accounted_ms or 0.0
    part = whole / account.execution_ms if account.execution_ms else 1.0
    lines.append(f"{pad(milliseconds(whole), 9, right=True)}  all together: {part:.1%} of the execution time")
    return [line for text in lines for line in indented(text, drawing.columns)]


def _weight(found: Found, diagnosis: Diagnosis) -> str:
    """The share that the cure can save at most, in time where that is known."""
    whole = diagnosis.account.execution_ms
    what = f"{milliseconds(found.share * whole)} of {milliseconds(whole)}" if whole is not None else "of the cost"
    confidence = found.finding.evidence.confidence
    if whole is None:
        return f"{found.share:.0%} {what} at most; {confidence}."
    return f"{found.share:.0%} at most ({what}); {confidence}."


def _counted(diagnosis: Diagnosis, drawing: Drawing) -> list[str]:
    """How many findings there are of which severity; and what can be said when there are none."""
    if not diagnosis.found:
        text = (
            "Nothing is wrong with this plan that has a cure."
            if diagnosis.plan.measured
            else ("Nothing is seen in this plan. It was not executed: with the times of a real run more can be said.")
        )
        return indented(text, drawing.columns)
    return [counted(diagnosis.findings)]
