"""Act 2: the same three changes by pgwright, with data to transform, and with everything going wrong that can.

The same session holds the table. The runner is killed in the middle of the backfill and started again. The new
application joins, the change is rolled back under the old one, and made once more. Then the old one leaves.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from ..api.status import status
from ..base.errors import StepFailed
from ..config import Settings, load
from ..render.report import Status
from .backfill import Backfill
from .blocker import Blocker
from .measure import Summary
from .mirror import rows_lost
from .project import MIGRATIONS, Project, Run
from .stage import Stage
from .statements import NEW, OLD

CALM_SECONDS = 2.0
TOGETHER_SECONDS = 3.0
# Late enough that there are finished chunks to keep, early enough that there are more to do.
KILL_AT = 0.2
# The journal is looked at that often.
POLL_SECONDS = 0.1
# A backfill of fewer rows is over before somebody who looks that often can kill it in its middle: it does 50,000 rows
# a second, about 2,000 a batch. So the one that is to be killed, and no other, pauses between its batches.
SMALL_ROWS = 100_000
LONGEST_PAUSE = 0.2
_MADE = """
SELECT (SELECT attnotnull FROM pg_attribute WHERE attrelid = 'commandes'::regclass AND attname = 'référence')
   AND (SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('commandes_en_cours'))
   AND NOT EXISTS (SELECT FROM commandes WHERE référence IS NULL)
"""
EXPAND = ("expand", "--format", "jsonl")


@dataclass(frozen=True, kw_only=True)
class PgwrightOutcome:
    """What act 2 did to the applications. `rows_lost` is the most that any comparison with the mirror found;
    `backfill_rows_per_second` is of the backfill that was not killed, None where it was too quick to measure."""

    summary: Summary
    rows_lost: int
    backfill_rows_per_second: float | None
    resumed_after_kill: bool
    rolled_back_once: bool


@dataclass
class Act:
    """The act while it runs."""

    stage: Stage
    project: Project
    rows: int
    lost: int = 0

    def __post_init__(self) -> None:
        environment = {**os.environ, **self.project.environment}
        self.settings: Settings = load(folder=self.project.folder, profile=None, dsn=None, environ=environment)

    def play(self) -> PgwrightOutcome:
        """The whole story, from the first to the last statement of an application."""
        stage = self.stage
        self.project.run("init")
        stage.phase("the old application at work", calm=True)
        stage.old.join(stage.record)
        stage.live(CALM_SECONDS)
        resumed = self.expand_killed_and_resumed()
        self.new_application_joins()
        rolled_back = self.roll_back()
        stage.phase("second expand, under the old application")
        second = self.expand()
        self.new_application_joins()
        self.contract()
        return PgwrightOutcome(
            summary=stage.record.summary(),
            rows_lost=self.lost,
            backfill_rows_per_second=second.rows_per_second,
            resumed_after_kill=resumed,
            rolled_back_once=rolled_back,
        )

    def expand_killed_and_resumed(self) -> bool:
        """The first expand; True when the second runner went on with what the killed one had done."""
        stage = self.stage
        stage.phase("a session holds the table, expand asks for it politely")
        if self.rows < SMALL_ROWS:
            pause = min(LONGEST_PAUSE, round(6000 / self.rows, 2))
            self.project.configure(batch_pause=pause)
            stage.narrator.say(f"few rows: {pause} s between the batches, so that there is a middle to kill in")
        with Blocker(stage.dsn), self.project.start(*EXPAND) as run:
            killed = self.wait_for_the_middle(run)
            if killed:
                run.kill()
            else:
                run.finish()
        self.project.configure()
        if not killed:
            stage.narrator.say("the backfill was over before it could be killed: take more --rows")
            return False
        kept, _ = self.progress()
        stage.phase(f"the runner was killed (SIGKILL) with {kept:,} blocks done, and is started again")
        again = self.expand()
        return kept > 0 and again.began_at is not None and again.began_at >= kept

    def wait_for_the_middle(self, run: Run) -> bool:
        """True when the backfill is past `KILL_AT`, False when the run ended before."""
        while run.running:
            done, total = self.progress()
            if total and KILL_AT < done / total < 1.0:
                return True
            time.sleep(POLL_SECONDS)
        return False

    def expand(self) -> Backfill:
        """Runs `pgwright expand` to its end, and tells of its backfill."""
        backfill = Backfill()
        with self.project.start(*EXPAND) as run:
            running = True
            while running:
                running = run.running
                for event in run.events():
                    if backfill.take(event):
                        self.stage.narrator.progress(backfill.blocks_done, backfill.blocks_total, backfill.rows)
                time.sleep(POLL_SECONDS)
            run.finish()
        return backfill

    def new_application_joins(self) -> None:
        """Both versions work side by side; what each wrote is there under both names."""
        stage = self.stage
        stage.phase("expanded: the new application works beside the old one")
        stage.new.join(stage.record)
        stage.live(TOGETHER_SECONDS)
        self.compare(OLD, NEW)

    def roll_back(self) -> bool:
        """The new version leaves, and pgwright takes everything back under the old one."""
        stage = self.stage
        stage.phase("the new application leaves, rollback under the old one")
        stage.new.leave()
        self.project.run("rollback")
        state = self.state()
        stage.live(CALM_SECONDS)
        self.compare(OLD)
        return state == "rolled back"

    def contract(self) -> None:
        """The old version leaves, and the new name is the only one."""
        stage = self.stage
        stage.phase("the old application leaves, contract under the new one")
        stage.old.leave()
        self.project.run("contract")
        stage.phase("done: the new application goes on alone", calm=True)
        stage.live(CALM_SECONDS)
        stage.new.leave()
        self.compare(NEW)
        self.require_all()

    def require_all(self) -> None:
        """The end is what the three statements say: nothing else, and nothing half."""
        row = self.stage.connection.execute(_MADE).fetchone()
        if row is None or not row[0]:
            raise StepFailed("Not all of the three changes are there at the end.", state="The demonstration ends.")

    def compare(self, *columns: str) -> None:
        """Holds the table against its mirror."""
        self.lost = max(self.lost, rows_lost(self.stage.connection, *columns))

    def progress(self) -> tuple[int, int]:
        """Blocks done and to do of the backfill, as the journal has it; zero where there is none."""
        found = self.status().backfills
        done, total = sum(one.blocks_done for one in found), sum(one.blocks_total for one in found)
        if total:
            self.stage.narrator.progress(done, total, sum(one.rows for one in found))
        return done, total

    def state(self) -> str:
        """The state of our migrations, where they have one in common."""
        states = {one.state for one in self.status().migrations if one.name in MIGRATIONS}
        return states.pop() if len(states) == 1 else ", ".join(sorted(states))

    def status(self) -> Status:
        """What `pgwright status` says."""
        return status(self.settings)


def play(stage: Stage, project: Project, *, rows: int) -> PgwrightOutcome:
    """Runs the act on a shop of `rows` users; the column is called `nom_complet` after it."""
    return Act(stage=stage, project=project, rows=rows).play()
