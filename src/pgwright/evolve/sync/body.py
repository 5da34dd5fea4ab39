"""The PL/pgSQL bodies of the three sync functions of a table, composed over all its open links.

`first` fires before the triggers of users and carries new → old, from the newest link to the oldest. `last` fires
behind them and carries old → new, from the oldest to the newest. `fill` sets what the pass has not reached yet.
Values are compared by image (`*=`, `*<>` on records): IS DISTINCT FROM loses changes of citext, interval,
numeric scale and -0, and does not exist for json and point (seen on 14 to 18). "Given" is IS DISTINCT FROM NULL,
because a composite value with
a NULL field is neither IS NULL nor IS NOT NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...sql.expression import substitute
from ...sql.quote import ident, literal
from .link import Link, Mode
from .ordering import in_order

PASS = "pgwright.pass"
VERSION = "pgwright.version"
"""The setting by which an application says the number of the migration that it was made for."""


def pass_value(migration: str, table: int) -> str:
    """The value of the transaction-local setting that the pass sets: it names the migration and the table."""
    return f"{migration}/{table}"


def _row(record: str, numbers: Iterable[int], names: Mapping[int, str]) -> str:
    return "ROW(" + ", ".join(f"{record}.{ident(names[number])}" for number in numbers) + ")::record"


def _changed(numbers: tuple[int, ...], names: Mapping[int, str]) -> str:
    if not numbers:
        return "false"
    return f"{_row('NEW', numbers, names)} OPERATOR(pg_catalog.*<>) {_row('OLD', numbers, names)}"


def carry(link: Link, expression: str, names: Mapping[int, str], record: str = "NEW") -> str:
    """`expression` of `link` reading the columns of `record`."""
    return substitute(expression, {name: f"{record}.{ident(names[number])}" for name, number in link.columns.items()})


def _indent(lines: Iterable[str], by: int = 2) -> list[str]:
    return [" " * by + line for line in lines]


def _guarded(statement: str, handler: str, *, total: bool) -> list[str]:
    """`statement`, and `handler` in place of any error of a value in it (classes 22 and 23)."""
    if total:
        return [statement]
    return [
        "BEGIN",
        f"  {statement}",
        "EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN",
        f"  {handler}",
        "END;",
    ]


def _down(link: Link, names: Mapping[int, str]) -> list[str]:
    """Carry new → old; a generated `down` raises where `up` would not lead back to the same value."""
    old, new = f"NEW.{ident(names[link.old])}", f"NEW.{ident(names[link.new])}"
    lines = [f"{old} := {carry(link, link.down, names)};"]
    if link.plain or link.down_written:
        return lines
    probe = f"probe.{ident(names[link.new])}"
    message = (
        f"pgwright: this value of column {names[link.new]} cannot be kept in column {names[link.old]} and brought back"
    )
    hint = (
        f"Until migration {link.migration} is contracted, up(down(value)) must be the value itself; "
        "a written down lifts this."
    )
    return [
        *lines,
        "probe := NEW;",
        f"{probe} := {carry(link, link.up, names)};",
        f"IF ROW({probe})::record OPERATOR(pg_catalog.*<>) ROW({new})::record THEN",
        f"  RAISE EXCEPTION USING ERRCODE = '22000', MESSAGE = {literal(message)}, HINT = {literal(hint)};",
        "END IF;",
    ]


def _compare(column: str, expression: str) -> str:
    """Set `agree`: the column of NEW has the image that `expression`, assigned to it, would have."""
    same = f"ROW(probe.{column})::record OPERATOR(pg_catalog.*=) ROW(NEW.{column})::record"
    return f"probe.{column} := {expression}; agree := {same};"


def _agrees(link: Link, names: Mapping[int, str]) -> list[str]:
    """Set `agree`: new ≡ up(old), or old ≡ down(new). An error in either means "not equal"."""
    old, new = ident(names[link.old]), ident(names[link.new])
    up, down = _compare(new, carry(link, link.up, names)), _compare(old, carry(link, link.down, names))
    if link.plain:
        return ["probe := NEW;", up]
    return [
        "probe := NEW;",
        *_guarded(up, "agree := false;", total=link.total),
        "IF NOT agree THEN",
        "  probe := NEW;",
        *_indent(_guarded(down, "agree := false;", total=False)),
        "END IF;",
    ]


def _first_insert(link: Link, names: Mapping[int, str]) -> list[str]:
    """The new application gave a value: carry it, unless both sides came in step (a row movement, a restore)."""
    new = ident(names[link.new])
    given = f"NEW.{new} IS DISTINCT FROM NULL"
    if link.plain:
        return [f"IF {given} THEN", *_indent(_down(link, names)), "END IF;"]
    same = _compare(new, carry(link, link.up, names))
    return [
        f"IF {given} THEN",
        "  probe := NEW;",
        *_indent(_guarded(same, "agree := false;", total=link.total)),
        "  IF NOT agree THEN",
        *_indent(_down(link, names), 4),
        "  END IF;",
        "END IF;",
    ]


def _marked_default(link: Link, names: Mapping[int, str]) -> list[str]:
    """A DEFAULT that the new side gets with contract holds before it for sessions that say by the version mark that
    they are of the new application."""
    default = link.extra.get("default")
    if not default:
        return []
    new, mark = f"NEW.{ident(names[link.new])}", f"current_setting({literal(VERSION)}, true)"
    version = int(str(link.extra["default_number"]))
    return [
        f"IF {new} IS NOT DISTINCT FROM NULL AND {mark} ~ '^[0-9]+$' THEN",
        f"  IF {mark}::numeric >= {version} THEN",
        f"    {new} := {default};",
        "  END IF;",
        "END IF;",
    ]


def _followed(link: Link, names: Mapping[int, str]) -> list[str]:
    """The carry to a retired column never fails the application: what `down` refuses becomes NULL. While a
    rollback is on its way it does fail, so that nothing is lost by that."""
    old = f"NEW.{ident(names[link.old])}"
    lines = _down(link, names)
    if link.plain or link.mode is Mode.HOLDING:
        return lines
    return ["BEGIN", *_indent(lines), "EXCEPTION WHEN OTHERS THEN", f"  {old} := NULL;", "END;"]


def _followed_insert(link: Link, names: Mapping[int, str]) -> list[str]:
    """A value for the retired column alone comes from an INSERT without a column list: it stands in the place that the
    column still has, and is carried over."""
    old, new = f"NEW.{ident(names[link.old])}", f"NEW.{ident(names[link.new])}"
    return [
        "agree := false;",
        f"IF {old} IS DISTINCT FROM NULL THEN",
        *_indent(_agrees(link, names)),
        f"  IF NOT agree AND {new} IS NOT DISTINCT FROM NULL THEN",
        f"    {new} := {carry(link, link.up, names)};",
        "    agree := true;",
        "  END IF;",
        "END IF;",
        "IF NOT agree THEN",
        *_indent(_followed(link, names)),
        "END IF;",
    ]


def first_body(links: Sequence[Link], names: Mapping[int, str]) -> list[str]:
    """Every `down`, from the newest link to the oldest. What only follows is carried behind the triggers of users."""
    insert: list[str] = []
    update: list[str] = []
    for link in reversed(links):
        if not link.mode.follows and not link.alone:
            insert += _marked_default(link, names)
            insert += _first_insert(link, names)
            update += [f"IF {_changed(link.new_side(), names)} THEN", *_indent(_down(link, names)), "END IF;"]
    if not insert:
        return ["RETURN NEW;"]
    return ["IF TG_OP = 'INSERT' THEN", *_indent(insert), "ELSE", *_indent(update), "END IF;", "RETURN NEW;"]


def _last_insert(link: Link, names: Mapping[int, str], *, reshaping: bool) -> list[str]:
    new = f"NEW.{ident(names[link.new])}"
    up = f"{new} := {carry(link, link.up, names)};"
    lines = [f"IF {new} IS NOT DISTINCT FROM NULL THEN", f"  {up}"]
    if reshaping:
        lines += ["ELSE", *_indent(_agrees(link, names)), "  IF NOT agree THEN", f"    {up}", "  END IF;"]
    return [*lines, "END IF;"]


def _last_update(link: Link, names: Mapping[int, str], *, reshaping: bool) -> list[str]:
    up = f"NEW.{ident(names[link.new])} := {carry(link, link.up, names)};"
    old_changed = _changed(link.old_side(), names)
    new_changed = _changed((link.new,), names)
    if not reshaping:
        return [f"IF {old_changed} AND NOT {new_changed} THEN", f"  {up}", "END IF;"]
    return [
        f"IF {new_changed} THEN",
        *_indent(_agrees(link, names)),
        "  IF NOT agree THEN",
        f"    {up}",
        "  END IF;",
        f"ELSIF {old_changed} THEN",
        f"  {up}",
        "END IF;",
    ]


def last_body(
    links: Sequence[Link], names: Mapping[int, str], *, reshaping: bool, undo: Sequence[str] = ()
) -> list[str]:
    """Every `up`, from the oldest link to the newest and none before what it reads, then what only follows, newest
    first. `reshaping`: a user's BEFORE trigger may have changed what `first` carried, so the pair is looked at again.
    `undo`: pass values under which whatever users' triggers did is undone."""
    lines: list[str] = []
    live = [link for link in links if not link.mode.follows]
    pairs = [link for link in live if not link.alone]
    filled = [link for link in live if link.fills in ("writes", "inserts")]
    # A value that is filled in on the old side has to be carried like one that a user's trigger gave.
    reshaping = reshaping or any(link.fills == "writes" for link in filled)
    if undo:
        values = ", ".join(literal(value) for value in undo)
        sides = (link.old if link.mode.follows else link.new for link in links)
        new = (f"probe.{ident(names[side])} := NEW.{ident(names[side])};" for side in dict.fromkeys(sides))
        passing = f"current_setting({literal(PASS)}, true) IN ({values})"
        lines += [
            f"IF TG_OP = 'UPDATE' AND pg_trigger_depth() = 1 AND {passing} THEN",
            "  probe := OLD;",
            *_indent(new),
            "  RETURN probe;",
            "END IF;",
        ]
    insert: list[str] = []
    update: list[str] = []
    for link in in_order([*filled, *pairs]):
        if link.alone:
            insert += _filled(link, names)
            update += _filled(link, names) if link.fills == "writes" else []
        else:
            insert += _last_insert(link, names, reshaping=reshaping)
            update += _last_update(link, names, reshaping=reshaping)
    for link in reversed(links):
        if link.mode.follows:
            insert += _followed_insert(link, names)
            update += [f"IF {_changed(link.new_side(), names)} THEN", *_indent(_followed(link, names)), "END IF;"]
    if insert:
        lines += ["IF TG_OP = 'INSERT' THEN", *_indent(insert)]
        lines += ["ELSE", *_indent(update)] if update else []
        lines += ["END IF;"]
    return [*lines, "RETURN NEW;"]


def _filled(link: Link, names: Mapping[int, str]) -> list[str]:
    """A NULL becomes what the link says."""
    column = f"NEW.{ident(names[link.new])}"
    return [f"IF {column} IS NOT DISTINCT FROM NULL THEN", f"  {column} := {carry(link, link.up, names)};", "END IF;"]


def fill_body(links: Sequence[Link], names: Mapping[int, str]) -> list[str]:
    """While the pass runs: a row that is written anyway is filled. Fill never raises."""
    lines: list[str] = []
    for link in in_order(link for link in links if link.mode is Mode.FILLING):
        new = ident(names[link.new])
        up = f"NEW.{new} := {carry(link, link.up, names)};"
        lines += [
            f"IF NEW.{new} IS NOT DISTINCT FROM NULL AND OLD.{new} IS NOT DISTINCT FROM NULL THEN",
            *_indent(_guarded(up, "NULL;", total=link.total)),
            "END IF;",
        ]
    return [*lines, "RETURN NEW;"]
