"""Long commands, recovery and replication, for people: how far each is, and how far behind."""

from __future__ import annotations

from ..activity.moment import Command, Moment
from ..base.amount import size
from .layout import bar, clean, duration, indented


def command(told: Command, columns: int) -> list[str]:
    """How far one is."""
    what = f"pid {told.pid}, {clean(told.command)}" + (f" of {clean(told.relation)}" if told.relation else "")
    if not told.relation and told.database:
        what += f" in {clean(told.database)}"
    parts = [clean(told.phase) or "its phase is hidden"]
    if told.done is not None and told.total:
        share = min(told.done / told.total, 1.0)
        done = size(told.done) if told.unit == "bytes" else f"{told.done:,}"
        parts.append(f"{bar(share)} {share * 100:.0f} % ({done} of {_amount(told, told.total)})")
    elif told.done is not None:
        parts.append(_amount(told, told.done))
    if told.rate:
        parts.append(f"{_rate(told)}/s")
    if told.seconds_left is not None:
        parts.append(f"about {duration(told.seconds_left)} left of this phase")
    if told.waits_for:
        parts.append(f"waits for pid {told.waits_for}")
    return indented(f"{what}: {', '.join(parts)}", columns, first="  ", rest="    ")


def _amount(command: Command, number: float) -> str:
    if command.unit == "bytes":
        return size(number)
    return f"{number:,.0f} {command.unit}"


def _rate(command: Command) -> str:
    rate = command.rate or 0.0
    return size(rate) if command.unit == "bytes" else f"{rate:,.0f} {command.unit}"


def recovery(moment: Moment, columns: int) -> list[str]:
    """How a standby is."""
    state = moment.recovery
    if state is None:
        return []
    parts = [f"receiver {state.receiver}" if state.receiver else "nothing is received"]
    if state.bytes:
        parts.append(f"{size(state.bytes)} to replay")
    elif state.receiver:
        parts.append("all is replayed that was received")
    if state.delay is not None and (state.bytes or not state.receiver):
        parts.append(f"the last commit that was replayed is {duration(state.delay)} old")
    if state.paused:
        parts.append("the replay is paused: SELECT pg_wal_replay_resume() lets it go on")
    if state.waits.startswith("RecoveryConflict"):
        parts.append(f"the replay waits for queries ({state.waits}): those with the oldest transactions hold it up")
    parts.append(f"queries of this database cancelled by conflicts so far: {state.cancelled:,}")
    return indented("; ".join(parts), columns, first="  ", rest="    ")


def replication(moment: Moment, columns: int) -> list[str]:
    """Who receives WAL, and which slots keep some: a line each."""
    lines: list[str] = []
    for each in moment.standbys:
        lag = [f"{duration(each.lag)} behind"] if each.lag is not None else []
        lag += [f"{size(each.bytes)} to replay"] if each.bytes is not None else []
        told = ", ".join([each.state or "hidden", *([each.sync] if each.sync else []), *lag])
        lines += indented(f"standby {clean(each.name) or each.pid}: {told}", columns, first="  ", rest="    ")
    for slot in moment.slots:
        keeps = f"keeps {size(max(slot.bytes, 0))} of WAL" if slot.bytes is not None else "keeps no WAL"
        status = f", {slot.status}" if slot.status not in ("", "reserved") else ""
        text = f"slot {clean(slot.name)} ({slot.kind}): {'active' if slot.active else 'inactive'}, {keeps}{status}"
        lines += indented(text, columns, first="  ", rest="    ")
    return lines
