"""What the command makes of an outcome; the story itself is played in tests/e2e."""

from __future__ import annotations

import json

import pytest

from pgwright.cli import main
from pgwright.demo import story
from pgwright.demo.stage import Narrator
from pgwright.demo.story import Outcome
from tests.demo.outcomes import outcome


@pytest.mark.parametrize(("failed", "lost", "code"), [(0, 0, 0), (1, 0, 1), (0, 3, 1)])
def test_only_a_kept_promise_exits_with_0(
    failed: int, lost: int, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(story, "tell", lambda **_: outcome(failed=failed, lost=lost))
    assert main(["try", "--format", "json"]) == code
    document = json.loads(capsys.readouterr().out)
    assert (document["pgwright"]["failed"], document["pgwright"]["rows_lost"]) == (failed, lost)


def test_the_table_goes_to_stdout_and_the_story_to_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def tell(*, narrator: Narrator, **_: object) -> Outcome:
        narrator.say("what happens")
        return outcome()

    monkeypatch.setattr(story, "tell", tell)
    assert main(["try"]) == 0
    written = capsys.readouterr()
    assert "longest stall" in written.out
    assert "what happens" not in written.out
    assert "what happens" in written.err
    assert main(["try", "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_the_connection_of_the_surroundings_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []

    def tell(*, dsn: str | None, **_: object) -> Outcome:
        given.append(dsn)
        return outcome()

    monkeypatch.setenv("PGWRIGHT_DSN", "postgresql://production/shop")
    monkeypatch.setenv("DATABASE_URL", "postgresql://production/shop")
    monkeypatch.setattr(story, "tell", tell)
    main(["try", "--quiet"])
    main(["try", "--quiet", "--dsn", "postgresql://mine/empty"])
    assert given == [None, "postgresql://mine/empty"]
