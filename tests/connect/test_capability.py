from __future__ import annotations

import inspect

import pytest

from pgwright.base.errors import Refused
from pgwright.connect.capability import Capabilities

FEATURES = [name for name, _ in inspect.getmembers(Capabilities, inspect.isfunction) if name.startswith("has_")]


def test_versions_bring_features() -> None:
    assert not Capabilities(140011).has_security_invoker()
    assert Capabilities(150000).has_security_invoker()
    assert not Capabilities(169999).has_merge_into_view()
    assert Capabilities(170000).has_merge_into_view()
    assert not Capabilities(170004).has_not_null_not_valid()
    assert Capabilities(180000).has_not_null_not_valid()


def test_what_is_missing_is_named() -> None:
    with pytest.raises(Refused, match=r"NOT NULL … NOT VALID needs PostgreSQL 18 or newer.*PostgreSQL 17"):
        Capabilities(170002).has_not_null_not_valid(check=True)


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_comes_once_and_stays(feature: str) -> None:
    answers = [getattr(Capabilities(major * 10000), feature)() for major in range(13, 20)]
    assert answers == sorted(answers)
    assert not answers[0]
    assert answers[-1]
    with pytest.raises(Refused):
        getattr(Capabilities(130000), feature)(check=True)
    assert getattr(Capabilities(190000), feature)(check=True)
