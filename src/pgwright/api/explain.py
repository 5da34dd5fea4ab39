"""Reads or makes a query plan, accounts for its time, and names what would cure it. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..base.errors import UsageError
from ..base.finding import Trial, where
from ..config import Settings
from ..diagnose.diagnosis import Diagnosis, Found, diagnose
from ..diagnose.explanation import Explained, Explanation, Tried
from ..diagnose.query_plan import read
from ..diagnose.query_plan.model import QueryPlan
from ._columns import column

if TYPE_CHECKING:
    from ..connect.session import Connection
    from ..diagnose.asking.explain import Way

TIER = "session"
"""Where settings are tried: in a transaction of this session, by running the statement again."""


@dataclass(frozen=True, kw_only=True)
class How:
    """How a statement is explained. `analyze` runs it, `writes` lets it write (it is rolled back), `trials` tries
    the cures: it is run again with each setting that a finding proposes, and planned with each index and each
    rewritten statement on a clone that has the statistics of the database, or at another `tier` (hypopg, model; empty:
    the best that there is); `params` are the values of `$1`, `$2`, … in order; `catalog` asks the server about the
    tables of a plan that came as a file."""

    analyze: bool = True
    writes: bool = False
    timeout_ms: int = 60_000
    params: tuple[str, ...] = ()
    trials: bool = False
    tier: str = ""
    catalog: bool = False


def explain(settings: Settings, source: str, *, how: How = How(), file: str = "<statement>") -> Explanation:
    """The explanation of `source`: a query plan in any form of EXPLAIN or auto_explain, or one SQL statement, which is
    then explained on the server of `settings`. `file` is where it comes from, for messages."""
    if read.is_plan(source):
        return _of_plans(settings, read.plans(source), how)
    return _of_statement(settings, source, how, file)


def _of_plans(settings: Settings, plans: Sequence[QueryPlan], how: How) -> Explanation:
    """Saved plans; nothing is run. Their cures can be tried where the plan says of which statement it is."""
    if how.params or how.writes:
        raise UsageError("This is a saved plan: it has no parameters, and nothing is run for it.")
    if how.catalog or how.trials:
        from ..connect import session

        with session.open(settings.dsn, name="explain") as connection:
            diagnoses = list(map(_Server(connection).diagnosed, plans))
    else:
        diagnoses = list(map(diagnose, plans))
    found = [
        Explained(
            diagnosis=diagnosis,
            name=f"plan {number}" if len(plans) > 1 else "",
            statement=diagnosis.plan.query,
        )
        for number, diagnosis in enumerate(diagnoses, 1)
    ]
    found.sort(key=_length, reverse=True)
    if not how.trials:
        return Explanation(plans=tuple(found))
    tried, first, notes = _planned(settings, found[0], how)
    return Explanation(plans=(first, *found[1:]), trials=tried, notes=notes)


def _of_statement(settings: Settings, source: str, how: How, file: str) -> Explanation:
    from ..connect import session
    from ..diagnose.asking.explain import Way
    from ..diagnose.asking.statement import asked, numbers, opened

    text, siblings = opened(source)
    given = numbers(text)
    if len(how.params) > len(given):
        raise UsageError(f"There are {len(how.params)} values, and the statement has {len(given)} parameters.")
    way = Way(analyze=how.analyze, writes=how.writes, timeout_ms=how.timeout_ms)
    with session.open(settings.dsn, name="explain") as connection:
        server = _Server(connection)
        if not given:
            statement = asked(source, file=file).text
            plans = [server.explained(statement, way)]
            notes: tuple[str, ...] = ()
        else:
            plans, notes = _with_values(server, text, how, way, siblings)
        plans.sort(key=_length, reverse=True)
        tried, first = _tried(server, plans[0], way) if how.trials and how.analyze else ((), plans[0])
    if how.trials:
        more, first, missing = _planned(settings, first, how)
        tried, notes = (*tried, *more), (*notes, *missing)
    return Explanation(plans=(first, *plans[1:]), trials=tried, notes=notes)


class _Server:
    """Where statements are explained. What is around plans of the same tables is asked once."""

    def __init__(self, connection: Connection) -> None:
        from ..diagnose.surroundings.reader import Reader

        self.connection = connection
        self._reader = Reader(connection)

    def explained(self, statement: str, way: Way, name: str = "", values: Mapping[int, str] | None = None) -> Explained:
        """A statement, explained as `way` says."""
        from ..diagnose.asking.explain import explain as run

        diagnosis = self.diagnosed(run(self.connection, statement, way))
        return Explained(diagnosis=diagnosis, name=name, statement=statement, values=values or {})

    def diagnosed(self, plan: QueryPlan) -> Diagnosis:
        """A plan of this server, diagnosed."""
        return diagnose(plan, self._reader.around(plan))


def _with_values(
    server: _Server, text: str, how: How, way: Way, siblings: Mapping[int, int]
) -> tuple[list[Explained], tuple[str, ...]]:
    """The statement explained with values for its parameters: those given, else some drawn from pg_stats."""
    from ..base.errors import Refused
    from ..diagnose.asking.draw import ValueSet, drawn
    from ..diagnose.asking.explain import generic
    from ..diagnose.asking.statement import asked, filled, numbers

    if how.params:
        own = [number for number in numbers(text) if number not in siblings]
        values = dict(zip(own, how.params, strict=False))
        values |= {number: values[first] for number, first in siblings.items() if first in values}
        sets: tuple[ValueSet, ...] = (ValueSet(name="given", values=values),)
    else:
        try:
            sets = drawn(server.connection, text, siblings)
        except Refused as reason:
            if how.analyze:
                raise
            diagnosis = server.diagnosed(generic(server.connection, text, way))
            note = f"The plan is that for any values. {reason.message}"
            return [Explained(diagnosis=diagnosis, statement=text)], (note,)
    found = []
    for each in sets:
        statement = asked(filled(text, each.values)).text
        found.append(server.explained(statement, way, each.name if len(sets) > 1 else "", each.values))
    drawn_from = "Values for the parameters were drawn from pg_stats: other values may have another plan."
    return found, () if how.params else (drawn_from,)


def _length(explained: Explained) -> float:
    """What plans of one statement are ordered by: their time, or their cost."""
    account = explained.diagnosis.account
    return account.execution_ms if account.execution_ms is not None else account.plan.root.number("Total Cost")


def _tried(server: _Server, first: Explained, way: Way) -> tuple[tuple[Tried, ...], Explained]:
    """The trials of all settings that findings propose, and the plan with its findings saying what came of them."""
    wanted = [number for number, found in enumerate(first.diagnosis.found) if found.cure.setting]
    if not wanted:
        return (), first
    again = server.explained(first.statement, way).diagnosis
    before = min(_ms(first.diagnosis), _ms(again))
    found, trials = list(first.diagnosis.found), []
    for number in wanted:
        with_cure = replace(way, settings=found[number].cure.setting)
        after = server.explained(first.statement, with_cure).diagnosis
        trial = Trial(tier=TIER, unit="ms", before=before, after=_ms(after))
        trials.append(Tried(finding=number, diagnosis=after, trial=trial))
        setting = ", ".join(f"{name} = {value}" for name, value in found[number].cure.setting)
        found[number] = _judged(found[number], trial, f"with {setting}")
    diagnosis = replace(first.diagnosis, found=tuple(found))
    return tuple(trials), replace(first, diagnosis=diagnosis)


def _planned(settings: Settings, first: Explained, asked: How) -> tuple[tuple[Tried, ...], Explained, tuple[str, ...]]:
    """The trials of all indexes and rewritten statements, the plan with its findings saying what came of them, and what
    could not be tried there."""
    from ..diagnose.signs._sign import CureKind
    from ..diagnose.surroundings import reader
    from ..diagnose.whatif.opening import Place, Tier, opened
    from ..diagnose.whatif.trying import Untried, tried

    kinds = (CureKind.MIGRATION, CureKind.REWRITE)
    if not any(each.cure.kind in kinds for each in first.diagnosis.found):
        return (), first, ()
    if not first.statement:
        return (), first, ("The plan does not say of which statement it is, so no index could be tried.",)
    found, trials = list(first.diagnosis.found), []
    blank = [column(text) for text in settings.clone.blank]
    place = Place(
        dsn=settings.direct_dsn or settings.dsn,
        is_direct=bool(settings.direct_dsn),
        blank=blank,
        folders=settings.clone.servers,
    )
    with opened(place, Tier(asked.tier) if asked.tier else None) as there:
        missing = []
        for each in tried(there.planner, first.statement, first.diagnosis):
            if isinstance(each, Untried):
                missing.append(f"{found[each.number].name}: not tried {where(there.planner.tier)}. {each.reason}")
                continue
            missing += [guess.sentence for guess in each.guessed]
            with_cure = diagnose(each.plan, reader.read(there.connection, each.plan))
            trials.append(Tried(finding=each.number, diagnosis=with_cure, trial=each.trial))
            how = f"{each.trial.where}, beside the other indexes" if each.together else ""
            found[each.number] = _judged(found[each.number], each.trial, how)
        notes = (*there.reasons, *dict.fromkeys(missing), *there.planner.notes)
    diagnosis = replace(first.diagnosis, found=tuple(found))
    return tuple(trials), replace(first, diagnosis=diagnosis), notes


def _judged(found: Found, trial: Trial, how: str = "") -> Found:
    """The finding with its trial; a cure that did not help is withheld, with the reason."""
    if trial.helped:
        return replace(found, finding=replace(found.finding, tried=trial))
    figures = f"{trial.before:,.1f} → {trial.after:,.1f} {trial.unit}"
    outcome = "the plan stays the same" if trial.same_plan else "that is no help"
    reason = f"Tried {how or trial.where}: {figures}; {outcome}, so no cure."
    finding = replace(found.finding, tried=trial, cure_sql="", why=f"{found.finding.why} {reason}")
    return replace(found, finding=finding)


def _ms(diagnosis: Diagnosis) -> float:
    return diagnosis.account.execution_ms or 0.0
