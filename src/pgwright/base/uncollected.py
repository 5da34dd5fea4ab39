"""No garbage collection while much is made that stays: each would look at all of it again and free nothing.

A snapshot of 10,000 tables is a million objects; the collections while it is read and planned upon take a fifth of the
time (`make bench ARGS="planning"`)."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def uncollected(function: Callable[P, T]) -> Callable[P, T]:
    """`function` without collections of reference cycles while it runs; where they were off they stay off."""

    @wraps(function)
    def without(*args: P.args, **kwargs: P.kwargs) -> T:
        if not gc.isenabled():
            return function(*args, **kwargs)
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            gc.enable()

    return without
