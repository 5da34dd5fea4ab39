"""One of everything (`schema.sql`), read on the oldest and the newest server."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import connect
from pgwright.base.name import RelationName
from pgwright.catalog import read
from pgwright.catalog.values import Catalog, Table, View
from tests.support import databases
from tests.support.databases import Database, Server

pytestmark = pytest.mark.majors("all")
SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")


@functools.cache
def snapshot(server: Server) -> Catalog:
    """Read once per server: no test here changes anything."""
    database = databases.create(server, SCHEMA)
    with connect.open(database.dsn) as connection:
        connection.execute("SET search_path = boutique, nowhere, public")
        catalog = read(connection)
    databases.drop(database)
    return catalog


@pytest.fixture
def catalog(server: Server) -> Catalog:
    return snapshot(server)


def table(catalog: Catalog, name: str) -> Table:
    return catalog.tables[catalog.relation_names[RelationName("boutique", name)]]


def view(catalog: Catalog, name: str) -> View:
    return catalog.views[catalog.relation_names[RelationName("boutique", name)]]


def named(items: tuple[object, ...], name: str) -> object:
    (found,) = [item for item in items if getattr(item, "name", None) == name]
    return found


def test_the_session(catalog: Catalog) -> None:
    assert catalog.search_path == ("boutique", "public")
    assert catalog.role == "postgres"
    assert (catalog.superuser, catalog.bypass_rls, catalog.can_silence_triggers) == (True, True, True)
    assert "pg_monitor" in catalog.member_of
    assert catalog.schemas == ('Odd "schéma"', "boutique", "public")
    assert catalog.find("utilisateurs") == table(catalog, "utilisateurs").oid
    assert catalog.find("utilisateurs", "public") is None
    odd = catalog.find('Table "1"', 'Odd "schéma"')
    assert odd is not None
    assert catalog.tables[odd].column("a b") is not None
    assert not catalog.unreadable


def test_columns(catalog: Catalog) -> None:
    people = table(catalog, "utilisateurs")
    assert [column.name for column in people.columns] == [
        "id", "serial_no", "nom", "email", "humeur", "prix", "longueur",
    ]  # fmt: skip
    assert [column.type for column in people.columns] == [
        "integer", "bigint", "text", "character varying(80)", "boutique.humeur", "numeric(10,2)[]", "integer",
    ]  # fmt: skip
    key, serial, name, email, mood, _, length = people.columns
    assert (key.identity, key.default, key.sequence) == (
        "always", None, RelationName("boutique", "utilisateurs_id_seq"),
    )  # fmt: skip
    assert serial.default == "nextval('boutique.utilisateurs_serial_no_seq'::regclass)"
    assert serial.sequence == RelationName("boutique", "utilisateurs_serial_no_seq")
    assert (name.default, name.not_null, name.collation, name.comment) == (
        "'x'::text",
        True,
        'pg_catalog."C"',
        "le nom",
    )
    assert (name.storage, name.compression, name.acl) == ("e", "p", (("pg_monitor", "UPDATE", True),))
    assert (email.statistics, email.options, email.collation) == (50, ("n_distinct=-0.5",), None)
    assert mood.type_kind == "e"
    assert (length.generated, length.default, length.stored) == ("(length(nom) + 1)", None, True)
    assert length.reads == (name.number,)
    assert (people.highest_column, email.number) == (8, 5)


def test_a_table(catalog: Catalog) -> None:
    people = table(catalog, "utilisateurs")
    assert (people.kind, people.owner, people.persistence, people.access_method) == ("r", "postgres", "p", "heap")
    assert (people.row_security, people.force_row_security, people.replica_identity) == (True, True, "d")
    assert (people.comment, people.options) == ("les gens", ("fillfactor=80",))
    assert ("", "SELECT", False) in people.acl
    assert people.rows is None
    assert people.bytes > 0
    assert people.file_node > 0
    (statistics,) = people.statistics
    assert statistics.name == RelationName("boutique", "deux")
    assert statistics.columns == (3, 5)


def test_constraints(catalog: Catalog) -> None:
    people, orders = table(catalog, "utilisateurs"), table(catalog, "commandes")
    kinds = {constraint.name: constraint.kind for constraint in people.constraints if constraint.kind != "not null"}
    assert kinds == {
        "utilisateurs_pkey": "primary key", "email_unique": "unique", "utilisateurs_nom_check": "check",
    }  # fmt: skip
    unique = next(constraint for constraint in people.constraints if constraint.name == "email_unique")
    assert (unique.deferrable, unique.deferred, unique.columns) == (True, True, (5,))
    assert unique.index_oid == named(people.indexes, "email_unique").oid  # type: ignore[attr-defined]
    not_nulls = {constraint.name for constraint in people.constraints if constraint.kind == "not null"}
    assert ("utilisateurs_nom_not_null" in not_nulls) == (catalog.major >= 18)
    (key,) = [constraint for constraint in orders.constraints if constraint.kind == "foreign key"]
    assert (key.columns, key.referenced, key.referenced_columns) == ((3,), people.oid, (1,))
    assert key.definition == "FOREIGN KEY (utilisateur_id) REFERENCES boutique.utilisateurs(id) ON DELETE CASCADE"
    (leaf_key,) = [c for c in table(catalog, "commandes_2024").constraints if c.kind == "foreign key"]
    assert (leaf_key.parent, leaf_key.inherited, leaf_key.local) == (key.oid, True, False)


def test_indexes(catalog: Catalog) -> None:
    people = table(catalog, "utilisateurs")
    index = next(index for index in people.indexes if index.name == "par_nom")
    assert index.definition == (
        "CREATE INDEX par_nom ON boutique.utilisateurs USING btree (lower(nom) DESC, humeur) INCLUDE (serial_no)"
        " WHERE ((email)::text <> ''::text)"
    )
    assert (index.columns, index.key_columns, index.schema, index.method) == ((2, 3, 5, 6), (0, 6), "boutique", "btree")
    assert (index.valid, index.ready, index.unique, index.primary, index.constraint) == (True, True, False, False, None)
    assert index.bytes == 8192
    unique = next(index for index in people.indexes if index.name == "email_unique")
    assert (unique.unique, unique.immediate, unique.constraint) == (True, False, "email_unique")
    (of_all,) = table(catalog, "commandes").indexes
    (of_leaf,) = table(catalog, "commandes_2024").indexes
    assert (of_all.name, of_all.parent, of_leaf.parent) == ("par_total", None, of_all.oid)


def test_triggers(catalog: Catalog) -> None:
    of, plain = table(catalog, "utilisateurs").triggers
    assert (of.name, of.before, of.row, of.on_update, of.on_insert) == ("t_of", True, True, True, False)
    assert of.update_columns == (3,)
    assert of.when_columns == (3, 5)
    assert of.function == RelationName("boutique", "touche")
    assert "EXECUTE FUNCTION boutique.touche()" in of.definition
    assert (plain.enabled, plain.on_insert, plain.update_columns, plain.when_columns) == ("A", True, (), ())
    assert (plain.comment, plain.xmin > 0) == ("toujours", True)
    (above,) = table(catalog, "commandes").triggers
    (leaf,) = table(catalog, "commandes_2024").triggers
    assert (above.parent, leaf.parent, leaf.before) == (None, above.oid, False)


def test_families(catalog: Catalog) -> None:
    orders, leaf = table(catalog, "commandes"), table(catalog, "commandes_2024")
    assert (orders.kind, orders.children, leaf.parents) == ("p", (leaf.oid,), (orders.oid,))
    assert (orders.partition_columns, orders.partition_key) == ((2, 4), "RANGE (cree_a, ((total + 1)))")
    assert leaf.partition_bound == "FOR VALUES FROM ('2024-01-01', 0) TO ('2025-01-01', 0)"
    people, heir = table(catalog, "utilisateurs"), table(catalog, "heir")
    assert catalog.descendants(people.oid) == (people, heir)
    inherited, own = heir.column("nom"), heir.column("plus")
    assert inherited is not None
    assert own is not None
    assert (inherited.inherited, inherited.local, own.inherited, own.local) == (True, False, False, True)
    assert heir.partition_bound is None


def test_policies_and_rules(catalog: Catalog) -> None:
    people, ruled = table(catalog, "utilisateurs"), table(catalog, "avec_regle")
    (own,) = people.policies
    assert (own.permissive, own.command, own.roles) == (False, "UPDATE", ("pg_monitor", "pg_read_all_data"))
    assert own.using is not None
    assert (own.check, own.columns, own.reads) == ("(id > 0)", (1, 3), frozenset())
    (other,) = ruled.policies
    assert (other.command, other.roles, other.columns) == ("ALL", ("",), ())
    assert (people.oid, 5) in other.reads
    assert ruled.rules == ("r",)
    assert {(people.oid, 3), (people.oid, 2), (ruled.oid, 1)} <= ruled.rule_definitions[0].reads
    assert not people.rules


def test_views(catalog: Catalog) -> None:
    people = table(catalog, "utilisateurs")
    first, second, stored = view(catalog, "v1"), view(catalog, "v2"), view(catalog, "mv")
    assert (first.kind, first.columns, first.reads) == (
        "v",
        ("id", "qui"),
        frozenset({(people.oid, 1), (people.oid, 3)}),
    )
    assert "boutique.utilisateurs" in first.definition
    assert (second.options, {oid for oid, _ in second.reads}) == (("security_barrier=true",), {first.oid})
    assert (stored.kind, [index.name for index in stored.indexes]) == ("m", ["mv_qui"])


def test_functions(catalog: Catalog) -> None:
    by_name = {function.name.name: function for function in catalog.functions.values()}
    people = table(catalog, "utilisateurs")
    assert (by_name["touche"].returns_trigger, by_name["touche"].kind) == (True, "f")
    standard = by_name["standard"]
    assert standard.identity == "boutique.standard(x integer)"
    assert (standard.volatility, standard.reads) == ("s", frozenset({(people.oid, 3)}))
    assert "boutique.utilisateurs" in standard.body
    dynamic = by_name["dynamique"]
    assert dynamic.identity == "boutique.dynamique(IN a text, VARIADIC b integer[])"
    assert (dynamic.kind, dynamic.security_definer, dynamic.settings) == ("p", True, ("search_path=boutique",))


def test_publications(catalog: Catalog) -> None:
    published = {publication.name: publication for publication in table(catalog, "utilisateurs").publications}
    assert published.keys() == {"pub_table", "pub_all"}
    assert (published["pub_table"].how, published["pub_table"].operations) == ("table", ("insert", "update"))
    assert (published["pub_table"].columns, published["pub_table"].filter) == (None, None)
    assert published["pub_all"].how == "all tables"


def test_a_role_without_rights_reads_the_same(
    make_role: Callable[..., str], make_database: Callable[..., Database]
) -> None:
    role, database = make_role("LOGIN"), make_database(SCHEMA)
    with connect.open(database.dsn) as first, connect.open(database.dsn_as(role)) as second:
        mine, theirs = read(first), read(second)
    assert (theirs.superuser, theirs.bypass_rls, theirs.can_silence_triggers) == (False, False, False)
    assert theirs.member_of == {role}
    assert theirs.search_path == ("public",)
    assert theirs.tables == mine.tables
    assert theirs.views == mine.views
    assert theirs.functions == mine.functions
