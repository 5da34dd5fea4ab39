"""What the two signs of a hash join in several batches share: one planned so, the other grown at run time."""

from __future__ import annotations

from ..query_plan.model import Node, number
from . import _memory
from ._seen import Seen
from ._sign import Confidence, Sign


def batches(node: Node) -> tuple[float, float]:
    """The batches that were planned, and those that it took in the process that took most."""
    each = [node.properties, *node.workers]
    return (
        node.number("Original Hash Batches") or node.number("Hash Batches"),
        max(number(one, "Hash Batches") for one in each),
    )


def sign(seen: Seen, node: Node, what: str, *, why: str, disproof: str) -> Sign:
    """The finding: `what` is its evidence, to which the memory is added that a single batch takes."""
    planned, used = batches(node)
    need = _memory.for_hash(seen, node)
    nodes = joined(seen, node)
    return Sign(
        nodes=nodes,
        object="",
        seen=f"{what}; for a single batch it takes some {need / _memory.MB:,.1f} MB of work_mem"
        f"{' in each process' if node.parallel else ''}.",
        why=why,
        disproof=disproof,
        share=seen.share(*nodes),
        confidence=Confidence.MEASURED,
        cure=_memory.cure(need),
        fields={
            "Hash Batches": used,
            "Original Hash Batches": planned,
            "Peak Memory Usage": node.number("Peak Memory Usage"),
            "Temp Written Blocks": sum(each.number("Temp Written Blocks") for each in nodes[1:]),
        },
    )


def joined(seen: Seen, node: Node) -> tuple[Node, ...]:
    """The Hash and the join above it."""
    above = seen.plan.parents.get(node.path)
    return (node, above) if above is not None else (node,)
