"""Which majors a test gets, and what a run says about what it left out."""

from __future__ import annotations

import pytest

from tests.support.selection import Account, majors_of


@pytest.mark.parametrize(
    ("marked", "chosen", "ci", "everything", "majors"),
    [
        ((), None, False, False, (18,)),
        ((), None, True, True, (18,)),
        ((), [14], False, False, (14,)),
        (("all",), None, False, False, (18,)),
        (("all",), None, True, False, (14, 18)),
        (("all",), None, False, True, (14, 15, 16, 17, 18)),
        (("all",), [15, 16], False, False, (15, 16)),
        (("every",), None, False, False, (14, 18)),
        (("every",), None, True, False, (14, 15, 16, 17, 18)),
        (("every",), [15], True, False, (15,)),
        ((15, 18), None, True, False, (15, 18)),
        ((15, 18), [14, 18], False, True, (18,)),
    ],
)
def test_majors(
    marked: tuple[object, ...], chosen: list[int] | None, ci: bool, everything: bool, majors: tuple[int, ...]
) -> None:
    assert majors_of(marked, chosen, ci=ci, everything=everything) == majors


def account(**asked: object) -> Account:
    given: dict[str, object] = {"everything": False, "majors": None, "chosen": "not long"} | asked
    return Account(**given)  # type: ignore[arg-type]


def test_the_last_lines_name_what_did_not_run() -> None:
    state = account()
    state.add("npm is missing")
    state.add("npm is missing")
    lines = list(state.lines(whole=True))
    assert lines[0] == "not run: 2 tests, because npm is missing"
    assert any("to 17" in line or "and 17" in line for line in lines)
    assert any("long" in line for line in lines)
    assert list(account(everything=True, chosen="").lines(whole=True)) == []


@pytest.mark.parametrize(("ci", "forbidden"), [("true", ("never listed",)), ("", ())])
def test_a_skip_that_is_not_listed_is_forbidden_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, forbidden: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CI", ci)
    state = account()
    state.add("never listed")
    assert state.forbidden == forbidden
    assert ("FAILED" in "".join(state.lines(whole=True))) == bool(forbidden)
