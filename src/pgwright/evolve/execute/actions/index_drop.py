"""Drops an index: concurrently (`concurrent.py` runs it), or that of a partitioned table in one short transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ....base.event import Notice
from ....sql.index import same
from ....sql.quote import qualified
from ...steps.step import Phase
from .. import index_saved, journal, partitioned_index
from ..concurrent import Build, Found, parameters_of
from ..context import Change, Context

if TYPE_CHECKING:
    from ..runner import Runner


def builds(runner: Runner, record: journal.StepRecord) -> list[Build]:
    """The index of the step; with `tree` those that were built for partitions and are no part of a whole."""
    parameters = parameters_of(runner, record)
    if "tree" not in parameters:
        names = ("relation", "schema", "name", "of", "statement")
        mine: dict[str, Any] = {name: parameters[name] for name in names}
        wanted, source = parameters.get("definition", ""), parameters.get("source", "")
        return [Drop(runner=runner, record=record, wanted=wanted, source=source, **mine)]
    return [
        Drop(
            runner=runner,
            record=record,
            relation=branch.relation,
            schema=branch.schema,
            name=branch.name,
            of="",
            statement=branch.statement,
            wanted=branch.statement,
        )
        for branch in partitioned_index.branches(runner.connection, parameters)
        if not branch.partitioned and not branch.attached and not branch.kept
        if branch.name == parameters["tree"]["names"].get(str(branch.relation))
    ]


def prepare(context: Context) -> Change:
    """Drops the partitioned index with those of its partitions. What contract drops is kept whole in the journal; on
    the way back one of another definition than the planned is somebody else's, and stays."""
    parameters, connection = context.parameters, context.connection
    saved = index_saved.read(connection, parameters["relation"], parameters["name"])
    wanted = parameters.get("definition", "")
    if not saved or (wanted and not same(saved["definition"], wanted)):
        return Change()
    drop = f"DROP INDEX {qualified(parameters['schema'], parameters['name'])}"
    if context.step.phase is not Phase.CONTRACT:
        return Change(statements=(drop,))
    return Change(statements=(journal.set_result(context.unit, context.step.id, saved), drop))


@dataclass(frozen=True, kw_only=True)
class Drop(Build):
    """The index goes, concurrently. A broken try leaves it invalid, and the next one takes that away. Of those that a
    plan made only its own go: the one that the step `source` made, whatever it is called now, or one that is defined as
    planned."""

    stopped: ClassVar[str] = "Stopped on request, while an index was being dropped: it may be left invalid."

    def is_there(self) -> bool:
        """True when nothing is left to drop."""
        self.wait()
        mine = self._mine()
        if not mine and (other := self.found()) is not None:
            message = f"index {self.schema}.{self.name} is not the one of the plan and stays: {other.definition}"
            self.runner.on_event(Notice(step=self.record.step.id, message=message))
        return not mine

    def made(self) -> dict[str, Any]:
        """Nothing: what `note` keeps must stay."""
        return {}

    def note(self) -> None:
        """What contract drops is kept whole in the journal, for the way back. A broken try has kept it before."""
        step, unit = self.record.step, self.record.unit
        if step.phase is Phase.CONTRACT and not journal.result(self.connection, unit, step.id):
            saved = index_saved.read(self.connection, self.relation, self.name)
            self.connection.execute(journal.set_result(unit, step.id, saved).encode())

    def work(self) -> None:
        """Drops it under the name that it has now."""
        for each in self._mine():
            self.drop(self.schema, each.name)

    def clear(self) -> None:
        """After an error nothing is taken back: the same command goes on."""

    def _mine(self) -> list[Found]:
        made = int(journal.result(self.connection, self.record.unit, self.source).get("oid", 0)) if self.source else 0
        return [
            each for each in self.all(made) if each.oid == made or not self.wanted or same(each.definition, self.wanted)
        ]
