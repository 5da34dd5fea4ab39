"""The verdicts of the room that compares indexes, as findings of three checks. They are made once for all three."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....connect.session import Connection
from ...indexes.reader import read
from ...indexes.verdicts import Judgement, Kind, judged
from ._check import Found, Hidden, Said
from ._seen import Row, Seen


def room(connection: Connection) -> Judgement:
    """What can be said about all indexes of the database."""
    return judged(read(connection))


def rows(judgement: Judgement) -> Sequence[Row]:
    """The verdicts, each a row by itself, and the notes."""
    return [*({"verdict": each} for each in judgement.verdicts), *({"note": note} for note in judgement.notes)]


def look(seen: Seen, *kinds: Kind, untold: bool) -> Iterator[Said]:
    """The verdicts of some kinds; `untold` says also why nothing can be said about unused ones."""
    for row in seen.rows:
        if "note" in row:
            if untold or not row["note"].startswith("Which indexes are unused"):
                note = row["note"]
                yield Hidden(what=note if note.endswith(".") else f"{note[0].upper()}{note[1:]}.")
        elif row["verdict"].kind in kinds:
            verdict, finding = row["verdict"], row["verdict"].finding
            yield Found(
                object=verdict.index.full_name,
                severity=finding.severity,
                seen=f"It is an index of {verdict.table.full_name}: {finding.evidence.text}",
                why=finding.why,
                cure=finding.cure_sql,
                fields=finding.evidence.fields,
            )
