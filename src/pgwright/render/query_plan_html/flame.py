"""The plan as an icicle: what ran inside what, each as wide as its time on the clock.

A node stands below the one that it ran inside, which for an InitPlan and for the query of a WITH is not the one that
lists it; a WITH with several readers stands below each with its part. Beside the root is what no node took. Labels are
chosen for three widths of the page, so that no label is ever cut in the middle of a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...diagnose.naming import kind
from ...diagnose.query_plan.model import Node
from . import amounts, naming
from .clock import Clock, holders

HEIGHT = 22
"""Pixels of a level."""
NARROWEST = 0.0012
"""Boxes below this share of the whole are drawn as one with their neighbours: they would be thinner than a line."""
LETTER, PADDING = 7.4, 10
"""Pixels of a letter at the size of the labels, generously, and what a label leaves free."""
WIDTHS = (("wide", 1060), ("middle", 640), ("narrow", 330))
"""The classes of labels, and the pixels that the picture has at least where they are shown."""
STEPS = 5
"""Steps of the heat of a box: by the share that it took by itself."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text, and the widths of the page at which it is shown, as classes."""

    text: str
    widths: str


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box. `x` and `width` are percents of the picture, `y` pixels, `heat` 0 to 5 (its own share), `look` "node" or
    what else it stands for; `anchor` is empty where it leads nowhere."""

    x: float
    y: int
    width: float
    heat: int
    look: str
    anchor: str
    title: str
    labels: tuple[Label, ...]


@dataclass(frozen=True, kw_only=True)
class Flame:
    """The boxes, and the height of the picture in pixels."""

    boxes: tuple[Box, ...]
    height: int


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A box before it is placed: `amount` in units of the clock, `own` the share that it took by itself."""

    amount: float
    own: float
    name: str
    title: str
    look: str = "node"
    node: Node | None = None
    part: float = 1.0


def flame(clock: Clock) -> Flame:
    """The picture of an account; without boxes where the whole is zero."""
    top = list(_top(clock))
    scale = max(clock.whole, sum(each.amount for each in top))
    if not scale:
        return Flame(boxes=(), height=0)
    boxes: list[Box] = []
    stack = [(top, 0.0, 0)]
    while stack:
        parts, x, level = stack.pop()
        for part in _merged(parts, scale, clock):
            boxes.append(_box(part, x / scale, level, scale))
            if part.node is not None:
                below = [_scaled(each, part.part) for each in _below(clock, part.node)]
                stack.append((below, x, level + 1))
            x += part.amount
    boxes.sort(key=lambda box: (box.y, box.x))
    return Flame(boxes=tuple(boxes), height=max(each.y for each in boxes) + HEIGHT)


def _top(clock: Clock) -> Iterator[_Part]:
    """The root, and beside it what ran outside of it."""
    account = clock.account
    held = holders(clock)
    for node in account.plan.nodes:
        left = 1.0 - sum(part for _, part in held.get(node.path, ()))
        stray = node is not account.plan.root and left > 0.0005 and (node.executed or not node.measured)
        if node is account.plan.root or stray:
            yield _of(clock, node, left)
    for trigger in account.triggers:
        if not trigger.node:
            yield _beside(clock, f"trigger {trigger.name}", trigger.milliseconds, "trigger")
    if clock.timed:
        yield _beside(clock, "serialization", account.serialization_ms, "beside")
        yield _beside(clock, "executor", account.executor_ms, "beside")


def _beside(clock: Clock, name: str, amount: float, look: str) -> _Part:
    share = clock.share(amount)
    title = f"{name}: {clock.named(amount)}, {amounts.percent(share)}"
    return _Part(amount=amount, own=share, name=name, title=title, look=look)


def _of(clock: Clock, node: Node, part: float) -> _Part:
    amount = clock.inclusive[node.path] * part
    own = clock.share(clock.own(node) * part)
    name = f"{node.subplan}: {naming.label(node)}" if node.subplan else naming.label(node)
    of = f"{amounts.percent(part)} of it: " if part < 0.9995 else ""
    share, alone = amounts.percent(clock.share(amount)), amounts.percent(own)
    title = f"{name} — {of}{clock.named(amount)}, {share}; by itself {alone}"
    return _Part(amount=amount, own=own, name=name, title=title, node=node, part=part)


def _below(clock: Clock, node: Node) -> Iterator[_Part]:
    for edge in clock.inside[node.path]:
        yield _of(clock, edge.node, edge.part)
    for trigger in clock.fired.get(node.path, ()):
        yield _beside(clock, f"trigger {trigger.name}", trigger.milliseconds, "trigger")


def _scaled(part: _Part, by: float) -> _Part:
    return _Part(
        amount=part.amount * by,
        own=part.own * by,
        name=part.name,
        title=part.title,
        look=part.look,
        node=part.node,
        part=part.part * by,
    )


def _merged(parts: list[_Part], scale: float, clock: Clock) -> Iterator[_Part]:
    """The parts that can be seen, and one for all others together."""
    small = [each for each in parts if each.amount / scale < NARROWEST]
    yield from (each for each in parts if each.amount / scale >= NARROWEST)
    rest = sum(each.amount for each in small)
    if rest / scale >= NARROWEST:
        name = f"{len(small):,} small ones"
        yield _beside(clock, name, rest, "small")


def _box(part: _Part, x: float, level: int, scale: float) -> Box:
    width = part.amount / scale
    return Box(
        x=round(x * 100, 3),
        y=level * HEIGHT,
        width=round(width * 100, 3),
        heat=0 if part.look != "node" else min(int(part.own * 2 * STEPS) + (part.own > 0.01), STEPS),
        look=part.look,
        anchor=naming.anchor(part.node.path) if part.node is not None else "",
        title=part.title,
        labels=_labels(part, width),
    )


def _labels(part: _Part, width: float) -> tuple[Label, ...]:
    """For each width of the page the longest text that fits."""
    share = amounts.percent(part.own)
    short = kind(part.node) if part.node is not None else part.name
    texts = [f"{part.name}  {share}", part.name, short]
    chosen: dict[str, str] = {}
    for name, pixels in WIDTHS:
        letters = (width * pixels - PADDING) / LETTER
        fitting = next((text for text in texts if len(text) <= letters), "")
        if fitting:
            chosen[fitting] = f"{chosen.get(fitting, '')} {name}".strip()
    return tuple(Label(text=text, widths=widths) for text, widths in chosen.items())
