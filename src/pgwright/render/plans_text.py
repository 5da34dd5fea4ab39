"""`plans diff` and `plans gate` as text: figures before and after, the tree with what changed, and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..diagnose.history.baseline import Baseline
from ..diagnose.history.compare import Comparison, Figure, NodeChange
from ..diagnose.history.judge import Gate
from ..diagnose.history.limits import Limits
from ..diagnose.history.sentences import Sentences, sentences, what
from ..diagnose.naming import conditions
from .findings_text import findings_text
from .layout import PLAIN, Style, clean, indented, pad, table, width

SAME, OTHER, NEW, GONE = " ", "~", "+", "-"
LEGEND = f"{OTHER} another node than before   {NEW} new   {GONE} gone"


def diff_text(comparisons: Sequence[Comparison], *, columns: int = 80, style: Style = PLAIN) -> str:
    """The queries that changed, before and after, then the names of the others, and a line that counts."""
    both = [each for each in comparisons if each.both is not None]
    changed = [each for each in both if not each.same_structure or sentences(each, Limits()) != Sentences()]
    blocks = [_comparison(each, columns, style) for each in changed]
    for title, names in (
        ("as before", [each.name for each in both if each not in changed]),
        ("new", [each.name for each in comparisons if each.before is None]),
        ("gone", [each.name for each in comparisons if each.after is None]),
    ):
        if names:
            blocks.append(indented(clean(", ".join(names)), columns, first=f"{title}: "))
    turned = sum(each.both is not None and not each.same_structure for each in comparisons)
    summary = f"{_queries(len(comparisons))}, {turned} with a plan of another structure"
    return "\n\n".join("\n".join(lines) for lines in [*blocks, [summary]]) + "\n"


def gate_text(gate: Gate, *, columns: int = 80, style: Style = PLAIN) -> str:
    """What the gate found, the trees of queries whose plan turned, and a line that counts."""
    said = {finding.object for finding in gate.findings}
    calm = sum(each.name not in said for each in gate.comparisons)
    turned = [each for each in gate.comparisons if each.both is not None and not each.same_structure]
    parts = [findings_text(gate.findings, columns=columns, style=style)] if gate.findings else []
    parts += ["\n".join(_comparison(each, columns, style, told=False)) + "\n" for each in turned]
    names = {each.name for each in gate.comparisons} | {f.object for f in gate.findings if f.name == "query_failed"}
    parts.append(f"{_queries(len(names))}, {calm} as in the baseline\n")
    return "\n".join(parts)


def saved_text(baseline: Baseline, *, columns: int = 80) -> str:
    """What was saved: one query a line."""
    rows = [("query", "blocks", "milliseconds", "rows", "structure")]
    for query in baseline.queries:
        times, executed = query.milliseconds, query.measured
        rows.append(
            (
                clean(query.name),
                _number(query.blocks.high) if executed else "?",
                "?" if times is None else f"{_number(times.low)} to {_number(times.high)}",
                _number(query.rows) if executed else "?",
                query.structure.fingerprint,
            )
        )
    return "\n".join(table(rows, columns, flexible=0, numbers=(1, 2, 3))) + "\n"


def _queries(number: int) -> str:
    return "1 query" if number == 1 else f"{number:,} queries"


def _comparison(comparison: Comparison, columns: int, style: Style, *, told: bool = True) -> list[str]:
    """One query: figures, tree, sentences."""
    turned = "the plan has the same structure" if comparison.same_structure else "the plan has another structure"
    lines = [style.bold(clean(comparison.name)) + f": {turned}", *_figures(comparison.figures)]
    if not comparison.same_structure:
        lines += ["", *_tree(comparison, columns), "", style.dim(LEGEND)]
    if told:
        said = sentences(comparison, Limits())
        for title, texts in (("better", said.better), ("worse", said.worse), ("also", said.told)):
            lines += ["", f"{title}:"] if texts else []
            for text in texts:
                lines += indented(clean(text), columns, first="  ")
    return lines


def _figures(figures: Iterable[Figure]) -> list[str]:
    """The figures that are known on a side and not 0 on both, one a line."""
    shown = [each for each in figures if each.before or each.after]
    rows = [("", "before", "after", "")]
    rows += [(each.name, _number(each.before), _number(each.after), _ratio(each)) for each in shown]
    widths = [max(width(row[index]) for row in rows) for index in range(3)]
    lines = []
    for name, before, after, ratio in rows:
        numbers = (pad(before, widths[1], right=True), pad(after, widths[2], right=True))
        lines.append("  ".join(["", pad(name, widths[0]), *numbers, ratio]).rstrip())
    return lines


def _number(number: float | None) -> str:
    if number is None:
        return "?"
    return f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:,.2f}"


def _ratio(figure: Figure) -> str:
    """`×18`, `÷3.2`; empty where both are about the same."""
    ratio = figure.ratio
    if not ratio or 0.95 < ratio < 1.05:
        return ""
    sign, factor = ("×", ratio) if ratio > 1 else ("÷", 1 / ratio)
    return f"{sign}{factor:,.0f}" if factor >= 10 else f"{sign}{factor:.1f}"


def _tree(comparison: Comparison, columns: int) -> list[str]:
    """The tree after, each node with what it was before; what is gone stands below what its parent has become."""
    below: dict[str, list[NodeChange]] = {}
    homes = {change.pair.before.path: change.pair.after.path for change in comparison.nodes
             if change.pair.before and change.pair.after}  # fmt: skip
    for change in comparison.nodes:
        if change.pair.after is None and change.pair.before is not None:
            below.setdefault(_home(change.pair.before.path, homes), []).append(change)
    lines = [line for change in below.get("", ()) for line in _node(change, 0, columns)]
    for change in comparison.nodes:
        if change.pair.after is not None:
            depth = change.pair.after.path.count(".")
            lines += _node(change, depth, columns)
            for gone in below.get(change.pair.after.path, ()):
                lines += _node(gone, depth + 1, columns)
    return lines


def _home(path: str, homes: dict[str, str]) -> str:
    """The path after of the nearest node above that is there still; empty where there is none."""
    while "." in path:
        path = path.rpartition(".")[0]
        if path in homes:
            return homes[path]
    return ""


def _node(change: NodeChange, depth: int, columns: int) -> list[str]:
    """One node, and below it what it took, where that is known."""
    pair = change.pair
    mark = SAME if pair.same else OTHER if pair.before and pair.after else NEW if pair.after else GONE
    indent = "  " * min(depth, columns // 6)
    lines = indented(clean(what(change)), columns, first=f"{mark} {indent}", rest=f"  {indent}  ")
    for text in _conditions(change):
        lines += indented(clean(text), columns, first=f"  {indent}    ")
    if (not pair.same or Limits().apart(*change.touched)) and (took := _took(change)):
        lines += indented(took, columns, first=f"  {indent}    ")
    return lines


def _conditions(change: NodeChange) -> list[str]:
    """The conditions of a node that has kept its name, where they are what changed: `Filter: … → …`."""
    if change.pair.same or change.pair.before is None or change.pair.after is None or " → " in what(change):
        return []
    before, after = dict(conditions(change.pair.before)), dict(conditions(change.pair.after))
    return [
        f"{key}: {before.get(key, 'none')} → {after.get(key, 'none')}"
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key) and key not in ("Recheck Cond", "Cache Key")
    ]


def _took(change: NodeChange) -> str:
    """`12 → 800 blocks, 0.5 → 39.0 ms, 50 → 50 rows`, of the side that there is."""
    sides = [each for each in (change.before, change.after) if each is not None]
    if any(side.blocks is None for side in sides):
        return ""
    parts = [_counted([side.blocks or 0.0 for side in sides], "block")]
    if all(side.milliseconds is not None for side in sides):
        parts.append(f"{_both([side.milliseconds or 0.0 for side in sides], digits=1)} ms")
    if all(side.rows is not None for side in sides):
        parts.append(_counted([side.rows or 0.0 for side in sides], "row"))
    return ", ".join(parts)


def _counted(numbers: Sequence[float], noun: str) -> str:
    """`12 → 800 blocks`, `1 row`."""
    text = _both(numbers)
    return f"{text} {noun}" + ("" if text == "1" else "s")


def _both(numbers: Sequence[float], digits: int = 0) -> str:
    texts = [f"{number:,.{digits}f}" for number in numbers]
    return texts[0] if len({*texts}) == 1 else " → ".join(texts)
