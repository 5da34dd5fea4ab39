"""What a statement asks of a table, read off its plan."""

from __future__ import annotations

import pytest

from .conftest import Planted

pytestmark = pytest.mark.majors("all")


def test_partitions_are_one_table_under_the_name_of_their_parent(planted: Planted) -> None:
    [access] = planted.accesses(
        "SELECT v.total FROM ventes v WHERE v.magasin = 7 ORDER BY v.jour DESC, v.total LIMIT 2"
    )
    assert access.table == ("public", "ventes")
    assert [key.sql for key in access.equal] == ["magasin"]
    assert access.orders == (("jour DESC", "total"),)
    assert access.needed == frozenset({"total", "magasin", "jour"})


def test_a_table_that_is_named_twice_is_asked_twice(planted: Planted) -> None:
    found = planted.accesses("SELECT a.total FROM ventes a JOIN ventes b ON a.id = b.total WHERE b.magasin = 7")
    assert sorted([key.sql for key in each.equal + each.joined] for each in found) == [["id"], ["magasin", "total"]]


def test_both_sides_of_a_join_are_asked_for_what_joins_them(planted: Planted) -> None:
    """Whichever is inside of a nested loop has the condition on its index; the other one could be inside as well."""
    found = planted.accesses("SELECT v.total FROM ventes v JOIN clients c ON c.id = v.magasin WHERE c.nom = 'Nom7'")
    assert {each.table[1]: [key.sql for key in each.joined] for each in found} == {
        "ventes": ["magasin"],
        "clients": ["id"],
    }


@pytest.mark.parametrize("join", ["", "JOIN ventes v ON v.magasin = c.id"])
def test_a_condition_on_groups_is_none_on_rows(planted: Planted, join: str) -> None:
    found = planted.accesses(f"SELECT pays FROM clients c {join} GROUP BY pays HAVING max(né) > '1999-01-01'")
    [access] = [each for each in found if each.table[1] == "clients"]
    assert (access.clauses, access.equal, access.bounded) == ((), (), ())


def test_what_a_sub_select_is_joined_by_where_it_is_remembered(planted: Planted) -> None:
    found = planted.accesses(
        "SELECT nom FROM clients c WHERE pays = 'p7' OR EXISTS (SELECT FROM ventes WHERE magasin = c.id AND total > 7)"
    )
    assert {each.table[1]: [key.sql for key in each.joined] for each in found} == {
        "ventes": ["magasin"],
        "clients": ["id"],
    }


def test_what_is_grouped_by_can_be_the_order(planted: Planted) -> None:
    [access] = planted.accesses("SELECT pays, count(*) FROM clients GROUP BY pays")
    assert access.grouped == ("pays",)
    assert access.needed == frozenset({"pays"})


def test_who_writes_needs_whole_rows(planted: Planted) -> None:
    [access] = planted.accesses("UPDATE clients SET nom = 'x' WHERE pays = 'p7' AND né < '1960-01-01'")
    assert access.needed is None
    assert [key.sql for key in access.equal] == ["pays"]
    assert [key.sql for key in access.bounded] == ['"né"']


def test_the_most_selective_key_comes_first(planted: Planted) -> None:
    [access] = planted.accesses("SELECT 1 FROM clients WHERE pays = 'p7' AND nom = 'Nom7' AND né = '1950-01-01'")
    assert [key.sql for key in access.equal][-1] == "pays"
    assert access.equal[-1].share == pytest.approx(1 / 40)


def test_an_index_that_has_all_that_is_read_covers(planted: Planted) -> None:
    [access] = planted.accesses("SELECT né FROM clients WHERE pays = 'p7'")
    candidates = planted.candidates("SELECT né FROM clients WHERE pays = 'p7'")
    covering = {sql for sql, index in candidates.items() if access.is_covered(index)}
    assert covering == {'CREATE INDEX ON public.clients (pays) INCLUDE ("né");'}
