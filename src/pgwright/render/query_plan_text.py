"""A query plan as a tree for a terminal: own time as a bar, rows against the estimate, the node and its conditions.

A large plan shows where its time is: what took less than half a percent is folded, and the line says how much that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..base.amount import plural
from ..diagnose.accounting.account import Account, NodeAccount
from ..diagnose.naming import conditions, title
from ..diagnose.query_plan.model import Node
from .layout import Style, clean, indented, pad, width, wrap

BAR = 8
SMALL = 0.005
LARGE_PLAN = 40
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_ROWS, _OFF, _TIME = 9, 7, 9
LEFT = _TIME + 1 + BAR + 1 + _ROWS + 1 + _OFF + 2


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """How a tree is drawn: for `columns`, with or without characters beyond ASCII, `full` without folding."""

    columns: int
    style: Style
    unicode: bool = True
    full: bool = False


def tree_text(account: Account, drawing: Drawing) -> list[str]:
    """The lines of the tree, a heading first."""
    lines = _heading(account, drawing)
    folding = not drawing.full and len(account.plan.nodes) > LARGE_PLAN
    lines += _node(account, account.plan.root, drawing, "", "", folding)
    return lines


def _heading(account: Account, drawing: Drawing) -> list[str]:
    timed = account.execution_ms is not None
    first = pad("own time" if timed else "own cost", _TIME, right=True) + " " + " " * BAR
    off = pad("off by", _OFF) if account.plan.measured else " " * _OFF
    return [drawing.style.dim(f"{first} {pad('rows', _ROWS, right=True)} {off}  node")]


def _node(account: Account, node: Node, drawing: Drawing, lead: str, follow: str, folding: bool) -> Iterator[str]:
    """The lines of a node and of what is below it. `lead` is drawn before its first line, `follow` before the rest."""
    yield from _lines(account, node, drawing, lead, follow)
    shown = [child for child in node.children if not folding or account.subtree_share(child) >= SMALL]
    folded = [child for child in node.children if child not in shown]
    for number, child in enumerate(shown):
        last = number == len(shown) - 1 and not folded
        yield from _node(
            account, child, drawing, follow + _elbow(drawing, last), follow + _stem(drawing, last), folding
        )
    if folded:
        count = sum(1 for child in folded for _ in child.walk())
        share = account.share(*(each for child in folded for each in child.walk()))
        text = f"{plural(count, 'node')} more, {share:.1%} together (--full shows them)"
        yield " " * LEFT + follow + _elbow(drawing, True) + drawing.style.dim(text)


def _elbow(drawing: Drawing, last: bool) -> str:
    if drawing.unicode:
        return "└ " if last else "├ "
    return "` " if last else "| "


def _stem(drawing: Drawing, last: bool) -> str:
    return "  " if last else "│ " if drawing.unicode else "| "


def _lines(account: Account, node: Node, drawing: Drawing, lead: str, follow: str) -> Iterator[str]:
    own = account.of(node)
    subplan = f"{node.subplan}: " if node.subplan else ""
    texts = [clean(subplan + title(node))]
    if node.measured and not node.executed:
        texts[0] += " (never executed)"
    elif node.loops > own.processes:
        texts[0] += f" ×{node.loops:,.0f}"
    numbers = _numbers(account, own, drawing)
    room = max(drawing.columns - LEFT - width(lead), 24)
    first, *rest = wrap(texts[0], room)
    below = "│ " if drawing.unicode and node.children else "| " if node.children else "  "
    name = drawing.style.bold(first) if own.share >= 0.1 else first
    yield f"{numbers}  {lead}{name}".rstrip()
    for line in rest:
        yield f"{' ' * LEFT}{follow}{below}{line}".rstrip()
    for key, text in conditions(node):
        for line in indented(f"{key}: {clean(text)}", room - 3):
            yield f"{' ' * LEFT}{follow}{below}{drawing.style.dim(line)}".rstrip()


def _numbers(account: Account, own: NodeAccount, drawing: Drawing) -> str:
    """Time, bar, rows and error of a node, as wide as `LEFT` less the gap."""
    never = own.node.measured and not own.node.executed
    time = "" if never else _time(account, own)
    rows = own.rows.value if own.node.measured else own.rows_estimated
    counted = "" if never else short(rows)
    return " ".join(
        (pad(time, _TIME, right=True), pad(bar(own.share, drawing.unicode), BAR), pad(counted, _ROWS, right=True),
         pad(_off(own, drawing.unicode), _OFF))
    )  # fmt: skip


def _time(account: Account, own: NodeAccount) -> str:
    if account.execution_ms is None:
        return f"{own.share:.0%}"
    return milliseconds(own.exclusive or 0.0)


def milliseconds(value: float) -> str:
    """`0.02 ms`, `3.1 ms`, `412 ms`, `12.4 s`."""
    if value >= 10_000:
        return f"{value / 1000:,.1f} s"
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 1 else f"{value:.2f} ms"


def short(value: float) -> str:
    """A count of rows in at most seven characters: `950`, `12,450`, `1.2 M`."""
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:,.0f}"


def bar(share: float, unicode: bool) -> str:
    """A bar of up to eight characters for a share of the whole."""
    eighths = round(min(max(share, 0.0), 1.0) * BAR * 8)
    if not unicode:
        return "#" * round(eighths / 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def _off(own: NodeAccount, unicode: bool) -> str:
    """How far the estimate is off: `▲ ×120` when there are more rows than expected; small errors are not shown."""
    error = own.error
    if error is None or error < 2:
        return ""
    more = own.rows.value > own.rows_estimated
    arrow = ("▲" if more else "▼") if unicode else ("+" if more else "-")
    factor = f"{error:.0f}" if error < 1000 else f"{error / 1000:.0f}k" if error < 1e6 else f"{error / 1e6:.0f}M"
    return f"{arrow} ×{factor}" if unicode else f"{arrow} x{factor}"
