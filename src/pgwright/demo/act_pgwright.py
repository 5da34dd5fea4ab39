"""Act 2: the same rename by pgwright, with data to transform, and with everything going wrong that can.

The same session holds the table. The runner is killed in the middle of the backfill and started again. The new
application joins, the change is rolled back under the old one, and made once more. Then the old one leaves.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from ..api.status import status
from ..config import Settings, load
from ..render.report import Status
from .backfill import Seen, Watch
from .blocker import Blocker
from .measure import Summary
from .mirror import rows_lost
from .project import MIGRATION, Project
from .stage import Stage
from .statements import NEW, OLD

CALM_SECONDS = 2.0
TOGETHER_SECONDS = 3.0
# Late enough that there are finished chunks to keep, early enough that there are more to do.
KILL_AT = 0.2


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
    lost: int = 0
    second: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        environment = {**os.environ, **self.project.environment}
        self.settings: Settings = load(folder=self.project.folder, profile=None, dsn=None, environ=environment)

    def play(self) -> PgwrightOutcome:
        """The whole story, from the first to the last statement of an application."""
        stage = self.stage
        stage.phase("the old application at work")
        self.project.run("init")
        stage.old.join(stage.record)
        stage.live(CALM_SECONDS)
        resumed = self.expand_killed_and_resumed()
        self.new_application_joins()
        rolled_back = self.roll_back()
        stage.phase("second expand, under the old application")
        self.expand(self.second)
        self.new_application_joins()
        self.contract()
        return PgwrightOutcome(
            summary=stage.record.summary(),
            rows_lost=self.lost,
            backfill_rows_per_second=self.second.rows_per_second,
            resumed_after_kill=resumed,
            rolled_back_once=rolled_back,
        )

    def expand_killed_and_resumed(self) -> bool:
        """The first expand; True when the second runner went on with what the killed one had done."""
        stage = self.stage
        stage.phase("a session holds the table, expand asks for it politely")
        first = Watch()
        with Blocker(stage.dsn), self.project.start("expand") as run:
            killed = first.follow(run, self.look, until=_in_the_middle)
            if killed:
                run.kill()
            else:
                run.finish()
        if not killed:
            stage.narrator.say("the backfill was over before it could be killed: take more --rows")
            return False
        kept = self.look()
        stage.phase(f"the runner was killed (SIGKILL) at {first.seen[-1].part:.0%}, and is started again")
        again = Watch()
        self.expand(again)
        least = min((now.blocks_done for now in again.seen), default=0)
        return kept is not None and kept.blocks_done > 0 and least >= kept.blocks_done

    def expand(self, watch: Watch) -> None:
        """Runs `pgwright expand` to its end."""
        with self.project.start("expand") as run:
            watch.follow(run, self.look)
            run.finish()

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
        stage.phase("done: the new application goes on alone")
        stage.live(CALM_SECONDS)
        stage.new.leave()
        self.compare(NEW)

    def compare(self, *columns: str) -> None:
        """Holds the table against its mirror."""
        self.lost = max(self.lost, rows_lost(self.stage.connection, *columns))

    def look(self) -> Seen | None:
        """The backfill now, None where there is none."""
        found = self.status().backfills
        if not found:
            return None
        done, total = sum(one.blocks_done for one in found), sum(one.blocks_total for one in found)
        rows = sum(one.rows for one in found)
        self.stage.narrator.progress(done, total, rows)
        return Seen(at=time.monotonic(), blocks_done=done, blocks_total=total, rows=rows)

    def state(self) -> str:
        """The state of our migration."""
        return next(one.state for one in self.status().migrations if one.name == MIGRATION)

    def status(self) -> Status:
        """What `pgwright status` says."""
        return status(self.settings)


def _in_the_middle(now: Seen) -> bool:
    return KILL_AT < now.part < 1.0


def play(stage: Stage, project: Project) -> PgwrightOutcome:
    """Runs the act; the column is called `nom_complet` after it."""
    return Act(stage=stage, project=project).play()
