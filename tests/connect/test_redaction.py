from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwright.connect.redaction import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://u:secret@h:5432/db?x=1", "postgresql://u:***@h:5432/db?x=1"),
        ("postgres://u:p@ss/wo:rd@h/db", "postgres://u:***@h/db"),
        ("postgresql://h/db?user=u&password=secret&x=1", "postgresql://h/db?user=u&password=***&x=1"),
        ("postgresql://h/db?sslpassword=secret", "postgresql://h/db?sslpassword=***"),
        ("host=h password=secret user=u", "host=h password=*** user=u"),
        (r"host=h password = 'a b\' c' user=u", "host=h password = *** user=u"),
        ("ALTER ROLE u PASSWORD 'se''cret' VALID UNTIL 'x'", "ALTER ROLE u PASSWORD *** VALID UNTIL 'x'"),
        ("alter role u encrypted password 'cut off he", "alter role u encrypted password ***"),
        ("CREATE ROLE u PASSWORD $x$se'cret$x$ LOGIN", "CREATE ROLE u PASSWORD *** LOGIN"),
    ],
)
def test_passwords_are_hidden(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text", ["", "host=h user=u", "postgresql://u@h/db", "SELECT password FROM users", "password incorrect"]
)
def test_the_rest_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1).map("zz".__add__))
def test_no_password_of_a_uri_survives(secret: str) -> None:
    assert f":{secret}@" not in redact(f"see postgresql://user:{secret}@host/db there")
