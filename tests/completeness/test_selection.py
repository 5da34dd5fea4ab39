"""Which majors a test gets, and what a run says about what it left out."""

from __future__ import annotations

import pytest

from tests.support.selection import Account, majors_of


@pytest.mark.parametrize(
    ("marked", "chosen", "everything", "majors"),
    [
        ((), None, False, (18,)),
        ((), None, True, (18,)),
        ((), [14], False, (14,)),
        (("all",), None, False, (14, 18)),
        (("all",), None, True, (14, 15, 16, 17, 18)),
        (("all",), [15, 16], False, (15, 16)),
        ((15, 18), None, False, (15, 18)),
        ((15, 18), [14, 18], True, (18,)),
    ],
)
def test_majors(
    marked: tuple[object, ...], chosen: list[int] | None, everything: bool, majors: tuple[int, ...]
) -> None:
    assert majors_of(marked, chosen, everything=everything) == majors


def account(**asked: object) -> Account:
    given: dict[str, object] = {"everything": False, "majors": None, "chosen": "not long"} | asked
    return Account(**given)  # type: ignore[arg-type]


def test_the_last_lines_name_what_did_not_run() -> None:
    state = account()
    state.add("npm is missing")
    state.add("npm is missing")
    lines = list(state.lines(whole=True))
    assert lines[0] == "not run: 2 tests, because npm is missing"
    assert any("15, 16 and 17" in line for line in lines)
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
