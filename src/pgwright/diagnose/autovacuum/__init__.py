"""When autovacuum comes to a table, how often, and how many dead rows stand meanwhile: the server's own formulas.

`reader.read` takes what they need in one look, `formulas` are those of 14 to 18 as pure functions, `course` looks
ahead, and `target` looks for the settings that keep dead rows below a share. How fast rows die is told by whoever asks.
"""

from .changed import changed
from .course import Course, Rates, course
from .formulas import Due, Thresholds, due, thresholds
from .pace import Pace, pace
from .target import Target, target
from .values import Relation, Rules, Snapshot

__all__ = [
    "Course",
    "Due",
    "Pace",
    "Rates",
    "Relation",
    "Rules",
    "Snapshot",
    "Target",
    "Thresholds",
    "changed",
    "course",
    "due",
    "pace",
    "target",
    "thresholds",
]
