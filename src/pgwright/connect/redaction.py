"""Hides secrets in connection strings and in any text that may hold one: messages, statements, logs.

It errs towards hiding: a text in which something looks like a password loses it, also when it was none.
"""

from __future__ import annotations

import re

HIDDEN = "***"

# A password in a URI may hold an unescaped @ or /; everything up to the last @ of the word goes.
_URI = re.compile(r"(?P<keep>[a-zA-Z][a-zA-Z0-9+.\-]*://[^\s:/@]*):(?P<secret>\S*)@")
_KEYWORD = re.compile(
    r"(?P<keep>\b(?:ssl)?password\s*=\s*)(?P<secret>'(?:[^'\\]|\\.)*(?:'|$)|[^\s&'\"]+)", re.IGNORECASE | re.DOTALL
)
# ALTER ROLE … PASSWORD 'x', also when the text was cut inside the literal.
_STATEMENT = re.compile(r"(?P<keep>\bpassword\s+)(?P<secret>[eE]?'(?:[^']|'')*(?:'|$))", re.IGNORECASE)
_DOLLAR = re.compile(r"(?P<keep>\bpassword\s+)(?P<secret>(?P<tag>\$\w*\$).*?(?:(?P=tag)|$))", re.IGNORECASE | re.DOTALL)


def redact(text: str) -> str:
    """`text` with every password in it replaced by `***`; takes a DSN of either form or any other text."""
    text = _URI.sub(rf"\g<keep>:{HIDDEN}@", text)
    for pattern in (_KEYWORD, _STATEMENT, _DOLLAR):
        text = pattern.sub(rf"\g<keep>{HIDDEN}", text)
    return text
