"""The rules that hold for any indexes: nothing stands for itself, and what all can go for stays."""

from __future__ import annotations

from dataclasses import replace

import hypothesis
from hypothesis import strategies as st

from pgwright.diagnose.indexes import Index, Key, Kind, Snapshot, Table, judged
from pgwright.diagnose.indexes.comparing import enforces, replacement

TABLE = 1
texts = st.sampled_from(["a", "b", "c"])
keys = st.builds(
    lambda text, descending, nulls_first, family: Key(
        text=text, column=1, operators=(family, 0, 0), descending=descending, nulls_first=nulls_first
    ),
    texts,
    st.booleans(),
    st.booleans(),
    st.sampled_from([1, 1, 1, 2]),
)
PREDICATES = ["", "", "", "a IS NOT NULL", "b > 1", "a IS NOT NULL AND b > 1"]


@st.composite
def index(draw: st.DrawFn) -> Index:
    kind = draw(st.sampled_from(["plain", "plain", "unique", "constraint", "deferrable", "primary", "exclusion"]))
    method = "gist" if kind == "exclusion" else draw(st.sampled_from(["btree", "btree", "gist"]))
    unique = kind in ("unique", "constraint", "deferrable", "primary") and method == "btree"
    constrained = unique and kind != "unique"
    return Index(
        oid=0,
        table=TABLE,
        schema="public",
        name="",
        partitioned=False,
        method=method,
        keys=tuple(draw(st.lists(keys, min_size=1, max_size=3))),
        definition="",
        included=tuple(draw(st.lists(texts, max_size=2))),
        predicate="" if constrained else draw(st.sampled_from(PREDICATES)),
        options=frozenset(draw(st.lists(st.just("fillfactor=70"), max_size=1))),
        unique=unique,
        nulls_distinct=draw(st.booleans()),
        immediate=kind != "deferrable",
        primary=unique and kind == "primary",
        replica_identity=unique and draw(st.integers(0, 5)) == 0,
        usable=draw(st.integers(0, 9)) > 0,
        constraint="k" if constrained or kind == "exclusion" else "",
        excluding=(97,) if kind == "exclusion" else (),
        resting=("f of u",) if unique and draw(st.integers(0, 5)) == 0 else (),
        bytes=draw(st.sampled_from([8192, 81920])),
        scans=draw(st.sampled_from([0, 10])),
    )


@st.composite
def indexes(draw: st.DrawFn) -> list[Index]:
    drawn = draw(st.lists(index(), min_size=1, max_size=7))
    return [replace(each, oid=100 + number, name=f"i{number}") for number, each in enumerate(drawn)]


def snapshot(found: list[Index]) -> Snapshot:
    table = Table(oid=TABLE, schema="public", name="t", kind="r")
    return Snapshot(
        version=180000,
        statistics_age=0,
        standbys=0,
        standby=False,
        tables={TABLE: table},
        indexes={each.oid: each for each in found},
    )


@hypothesis.given(indexes())
def test_the_relation_is_an_order(found: list[Index]) -> None:
    for a in found:
        assert replacement(a, a) is None
        for b in found:
            there, back = replacement(a, b), replacement(b, a)
            same = there is not None and there.kind is Kind.DUPLICATE
            assert same == (back is not None and back.kind is Kind.DUPLICATE)
            if there is not None and back is not None:
                assert (there.kind, back.kind) != (Kind.COVERED, Kind.COVERED)
            if there is None:
                continue
            assert enforces(b, a)
            for c in found:
                if c.oid != a.oid and replacement(b, c) is not None:
                    assert replacement(a, c) is not None


@hypothesis.given(indexes())
def test_what_goes_has_one_that_stays(found: list[Index]) -> None:
    verdicts = judged(snapshot(found)).verdicts
    gone = {verdict.index.oid for verdict in verdicts}
    assert len(gone) == len(verdicts) < len(found)
    for verdict in verdicts:
        assert verdict.kept is not None
        assert verdict.kept.oid not in gone
        assert replacement(verdict.index, verdict.kept) is not None
        assert not (verdict.index.primary)
        assert not (verdict.index.resting)
        assert not (verdict.index.replica_identity)


@hypothesis.given(indexes())
def test_no_two_equal_ones_stay_without_need(found: list[Index]) -> None:
    gone = {verdict.index.oid for verdict in judged(snapshot(found)).verdicts}
    for a in found:
        for b in found:
            how = replacement(a, b)
            if how is None or a.oid in gone or b.oid in gone:
                continue
            assert a.primary or a.resting or a.replica_identity


@hypothesis.given(indexes(), st.randoms())
def test_the_order_of_the_catalog_does_not_matter(found: list[Index], random: object) -> None:
    mixed = list(found)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert judged(snapshot(found)) == judged(snapshot(mixed))
