"""What a log_line_prefix tells, whatever it is: nobody has it at hand, and it is not in the log.

    2026-03-01 10:00:00.123 UTC [4711] app@shop            %m [%p] %q%u@%d
    2026-03-01 10:00:00 UTC [4711]: [5-1] user=app,db=shop,app=psql,client=10.0.0.1

So it is guessed from what such prefixes look like. A process id is needed only where times are logged apart from
statements, and a name of a database only where one is asked for.
"""

from __future__ import annotations

import re

_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?[A-Z]{2,5}| ?[+-]\d\d(?::?\d\d)?)?|\b\d{10}\.\d{3}\b"
)
_SESSION = (
    re.compile(r"\b([0-9a-f]{7,8}\.[0-9a-f]+)\b"),  # %c
    re.compile(r"\[(\d+)\]"),
    re.compile(r"\b(?:pid|process)[=: ]+(\d+)", re.IGNORECASE),
    re.compile(r"(?:^|[\s(<:])(\d{2,7})(?=[\s)>:,]|$)"),
)
_PAIR = re.compile(r"([^\s@:,|\[\]=]+)@([^\s@:,|\[\]=]+)")
_NAMED = {
    "user": re.compile(r"\b(?:user|usr|u)=([^\s,;|]*)"),
    "database": re.compile(r"\b(?:db|database|dbname|d)=([^\s,;|]*)"),
    "application": re.compile(r"\b(?:app|application|application_name|appname|a)=([^,;|\s]*)"),
}
_UNKNOWN = "[unknown]"


def facts(prefix: str) -> dict[str, str]:
    """What is recognised of `at`, `session`, `user`, `database` and `application`."""
    found: dict[str, str] = {}
    rest = prefix
    if time := _TIME.search(prefix):
        found["at"] = time[0]
        rest = prefix[: time.start()] + " " + prefix[time.end() :]
    for pattern in _SESSION:
        if session := pattern.search(rest):
            found["session"] = session[1]
            break
    for name, named in _NAMED.items():
        if match := named.search(rest):
            found[name] = match[1]
    if "user" not in found and (pair := _PAIR.search(rest)):
        found["user"], found["database"] = pair[1], pair[2]
    return {name: value for name, value in found.items() if value != _UNKNOWN}
