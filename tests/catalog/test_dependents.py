from __future__ import annotations

import functools

import pytest

from pgwright import connect
from pgwright.catalog import dependents, read
from pgwright.catalog.values import Catalog
from tests.support import databases
from tests.support.databases import Server

SCHEMA = """
    CREATE TABLE t (id int PRIMARY KEY, nom text) PARTITION BY RANGE (id);
    CREATE TABLE leaf PARTITION OF t FOR VALUES FROM (1) TO (9);
    CREATE TABLE pointing (id int PRIMARY KEY, t int REFERENCES t, me int REFERENCES pointing);
    CREATE TABLE stranger (id int);
    CREATE VIEW z AS SELECT nom FROM t;
    CREATE VIEW a AS SELECT nom FROM z;
    CREATE MATERIALIZED VIEW m AS SELECT a.nom FROM a, z;
    CREATE VIEW apart AS SELECT id FROM stranger;
    CREATE POLICY p ON stranger USING (EXISTS (SELECT FROM t));
    CREATE RULE r AS ON DELETE TO stranger DO ALSO DELETE FROM t;
    CREATE RULE own AS ON DELETE TO t DO ALSO NOTHING;
    CREATE FUNCTION code() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT id FROM "t"); END';
    CREATE FUNCTION dynamic() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DELETE FROM t'; RETURN 1; END $$;
    CREATE FUNCTION standard() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT id FROM t; END;
    CREATE FUNCTION comment() RETURNS int LANGUAGE plpgsql AS $$ BEGIN /* t */ RETURN 1; END $$;
    CREATE FUNCTION longer() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT 1 FROM stranger); END $$;
"""


@functools.cache
def snapshot(server: Server) -> Catalog:
    """Read once per server: no test here changes anything."""
    database = databases.create(server, SCHEMA)
    with connect.open(database.dsn) as connection:
        catalog = read(connection)
    databases.drop(database)
    return catalog


@pytest.fixture
def catalog(server: Server) -> Catalog:
    return snapshot(server)


def oid(catalog: Catalog, name: str) -> int:
    found = catalog.find(name)
    assert found is not None
    return found


def test_views_come_after_those_that_they_read(catalog: Catalog) -> None:
    found = dependents.views_reading(catalog, [oid(catalog, "t")])
    assert [view.name.name for view in found] == ["z", "a", "m"]


def test_foreign_keys_of_others_and_of_oneself(catalog: Catalog) -> None:
    keys = dependents.foreign_keys_to(catalog, [oid(catalog, "t"), oid(catalog, "pointing")])
    assert {(table.name.name, key.name) for table, key in keys} >= {
        ("pointing", "pointing_t_fkey"),
        ("pointing", "pointing_me_fkey"),
    }
    assert not dependents.foreign_keys_to(catalog, [oid(catalog, "stranger")])


def test_policies_and_rules_of_others(catalog: Catalog) -> None:
    t = [oid(catalog, "t")]
    assert [policy.name for _, policy in dependents.policies_reading(catalog, t)] == ["p"]
    assert [rule.name for _, rule in dependents.rules_reading(catalog, t)] == ["r"]
    assert not dependents.policies_reading(catalog, [oid(catalog, "stranger")])


def test_functions_that_name_it(catalog: Catalog) -> None:
    found = dependents.functions_mentioning(catalog, [oid(catalog, "t")])
    assert {function.name.name for function in found} == {"code", "dynamic", "standard"}


def test_a_family_is_the_same_from_everywhere(catalog: Catalog) -> None:
    t, leaf = oid(catalog, "t"), oid(catalog, "leaf")
    assert [table.oid for table in dependents.family(catalog, leaf)] == sorted((t, leaf))
    assert dependents.family(catalog, t) == dependents.family(catalog, leaf)
