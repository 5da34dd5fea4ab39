"""Sizes on the command line."""

from __future__ import annotations

import click
import pytest

from pgwright.cli.sizes import size


def read(text: str, *, least: int = 0) -> int | None:
    context = click.Context(click.Command("x"))
    return size(least=least)(context, click.Option(["--size"]), text)


@pytest.mark.parametrize(
    ("text", "bytes_"), [("500MB", 500 * 1024**2), (" 1.5 GB", 3 * 512 * 1024**2), ("64KB", 65536), ("0", 0), ("8B", 8)]
)
def test_sizes(text: str, bytes_: int) -> None:
    assert read(text) == bytes_


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("viel", "'viel' must be an amount such as 500MB, 16GB."),
        ("500", "'500' has no unit: 500MB?"),
        ("-1MB", "must be an amount"),
        ("", "must be an amount"),
        ("8B", "'8B' is too small."),
    ],
)
def test_what_is_no_size_is_said(text: str, said: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        read(text, least=1024)
    assert said in caught.value.message
