"""Names of what pgwright adds to a table: short, recognisable, and in the right place of the firing order.

BEFORE ROW triggers of one table fire in byte order of their names (PostgreSQL documentation, "Overview of Trigger
Behavior"; the comparison is strcmp on `name`, 14 to 18).
"""

from __future__ import annotations

import codecs
import hashlib

LIMIT = 63  # NAMEDATALEN - 1, bytes
FILLS = "_fill"
"""How the name of the trigger ends that fills while a pass runs; of our others none ends so."""


def shortened(name: str, encoding: str = "utf-8") -> str:
    """`name` itself when it fits into 63 bytes, else its beginning and a hash of the whole."""
    raw = name.encode(encoding)
    if len(raw) <= LIMIT:
        return name
    digest = hashlib.sha256(raw).hexdigest()[:8]
    return raw[: LIMIT - 9].decode(encoding, errors="ignore") + "_" + digest


def before_all(names: tuple[str, ...], encoding: str = "utf-8") -> str:
    """A trigger name whose bytes sort before all `names`."""
    lowest = min((name.encode(encoding) for name in names), default=None)
    candidates = ["_pgw_first", "!pgw_first", " pgw_first", *("\x01" * count + "pgw_first" for count in range(1, 50))]
    return next(name for name in candidates if lowest is None or name.encode(encoding) < lowest)


def after_all(names: tuple[str, ...], encoding: str = "utf-8") -> str:
    """A trigger name whose bytes sort behind all `names`; `+ FILLS` sorts behind it in turn."""
    last = max(names, key=lambda name: name.encode(encoding), default="")
    # A name that begins with another one sorts behind it; where there is no room for that, the highest character.
    candidates = ["zz_pgw_last", "~pgw_last", last + "_pgw_last", "\U0010ffff" * 12 + "pgw_last"]
    fitting = (name for name in candidates if len((name + FILLS).encode(encoding, "replace")) <= LIMIT)
    return next(name for name in fitting if name.encode(encoding, "replace") > last.encode(encoding))


def server_codec(server_encoding: str) -> str:
    """Python's codec for a `server_encoding`; names compare by their bytes in it. SQL_ASCII keeps what was sent."""
    spelled = server_encoding.replace("WIN", "cp").replace("KOI8", "koi8-")
    try:
        return codecs.lookup({"UTF8": "utf-8", "SQL_ASCII": "utf-8"}.get(server_encoding, spelled)).name
    except LookupError:
        return "utf-8"


def function_name(stem: str, table: int) -> str:
    """The name of a sync function of a table; the oid keeps it short and independent of renames."""
    return f"{stem}_{table}"


def check_name(link_id: str) -> str:
    """The name of the constraint that holds a link in sync."""
    return shortened(f"pgw_in_sync_{link_id}")


def hidden_name(name: str, suffix: str) -> str:
    """A name for what is put aside: `name`, recognisable, with `suffix`, within 63 bytes."""
    return shortened(f"pgw_{suffix}_{name}")


def twin_name(link_id: str, name: str, tag: str) -> str:
    """What the twin of foreign key `name`, which points to the other column of a link, is called until the exchange;
    `tag` is `new`, or `old` on the way back."""
    return hidden_name(f"{link_id}_to_{name}", tag)
