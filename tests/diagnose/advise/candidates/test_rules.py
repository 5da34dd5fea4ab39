"""For each rule a statement whose best access is known, the candidate that serves it, and a planner that takes it."""

from __future__ import annotations

import pytest

from pgwright.sql import quote

from ..conftest import Planted

ORDERS = quote.qualified('Boutique "d\'été"', "Commandes.en ligne")
BOUGHT = quote.ident('date d\'"achat"')

RULES = {
    "equality, in both orders": (
        f'SELECT id FROM {ORDERS} WHERE "Client" = 5 AND "order" = 77',
        [f'{ORDERS} ("Client", "order")', f'{ORDERS} ("order", "Client")'],
    ),
    "equality, a column that is called like an operator class": (
        f"SELECT * FROM {ORDERS} WHERE prix_ops = 7",
        [f"{ORDERS} (prix_ops)"],
    ),
    "range behind equality": (
        f"SELECT * FROM {ORDERS} WHERE \"Client\" = 5 AND {BOUGHT} > '2024-05-01'",
        [f'{ORDERS} ("Client", {BOUGHT})'],
    ),
    "order behind equality, with its direction": (
        f'SELECT * FROM {ORDERS} WHERE "Client" = 5 ORDER BY {BOUGHT} DESC NULLS LAST LIMIT 3',
        [f'{ORDERS} ("Client", {BOUGHT} DESC NULLS LAST)'],
    ),
    "order in two directions": (
        f'SELECT * FROM {ORDERS} ORDER BY montant, "order" DESC LIMIT 5',
        [f'{ORDERS} (montant, "order" DESC)'],
    ),
    "the inner side of a join": (
        f"SELECT o.note FROM clients c JOIN {ORDERS} o ON o.\"Client\" = c.id WHERE c.nom = 'Nom7'",
        [f'{ORDERS} ("Client")', "public.clients (nom)"],
    ),
    "a join key behind a constant": (
        f'SELECT o.note FROM clients c JOIN {ORDERS} o ON o."order" = c.id WHERE c.nom = \'Nom7\' AND o."Client" = 5',
        [f'{ORDERS} ("Client", "order")'],
    ),
    "all columns in the index": (
        f'SELECT sum(montant) FROM {ORDERS} WHERE "Client" BETWEEN 5 AND 30',
        [f'{ORDERS} ("Client") INCLUDE (montant)'],
    ),
    "an expression as the server writes it": (
        "SELECT * FROM clients WHERE lower(nom) = 'nom7'",
        ["public.clients ((lower(nom)))"],
    ),
    "a field of a document": (
        "SELECT * FROM documents WHERE corps ->> 'ville' = 'v7'",
        ["public.documents ((corps ->> 'ville'::text))"],
    ),
    "only the rows without a value": (
        f'SELECT * FROM {ORDERS} WHERE note IS NULL AND "Client" = 5',
        [f'{ORDERS} ("Client") WHERE note IS NULL'],
    ),
    "both sides of an OR": (
        f'SELECT * FROM {ORDERS} WHERE "Client" = 5 OR "order" = 99',
        [f'{ORDERS} ("Client")', f'{ORDERS} ("order")'],
    ),
    "what a document contains": (
        "SELECT * FROM documents WHERE corps @> '{\"k\": 3}'",
        ["public.documents USING gin (corps jsonb_path_ops)"],
    ),
    "the keys of a document": (
        "SELECT * FROM documents WHERE corps ? 'clé7'",
        ["public.documents USING gin (corps)"],
    ),
    "what an array contains": (
        "SELECT * FROM documents WHERE étiquettes @> ARRAY['t77']",
        ['public.documents USING gin ("étiquettes")'],
    ),
    "what two arrays share": (
        "SELECT * FROM documents WHERE étiquettes && ARRAY['t77']",
        ['public.documents USING gin ("étiquettes")'],
    ),
    "words": (
        "SELECT * FROM clients WHERE to_tsvector('simple', résumé) @@ to_tsquery('simple', 'mot7')",
        ["public.clients USING gin ((to_tsvector('simple'::regconfig, \"résumé\")))"],
    ),
    "a part of a text, with an extension that the database does not have yet": (
        "SELECT * FROM documents WHERE texte LIKE '%abcdef%'",
        ["public.documents USING gin (texte gin_trgm_ops)"],
    ),
    "the beginning of a text that a language sorts": (
        "SELECT * FROM clients WHERE code LIKE 'c77%'",
        ["public.clients (code text_pattern_ops)"],
    ),
    "the beginning of a text that is sorted by bytes": (
        "SELECT * FROM clients WHERE nom LIKE 'Nom77%'",
        ["public.clients (nom)"],
    ),
    "block ranges of a large table that only grows": (
        "SELECT count(*) FROM mesures WHERE at BETWEEN '2024-01-01 01:00' AND '2024-01-01 02:00'",
        ["public.mesures USING brin (at)"],
    ),
    "a range that holds a day": (
        "SELECT * FROM lieux WHERE période @> '2004-01-01'::date",
        ['public.lieux USING spgist ("période")'],
    ),
    "addresses of a network": (
        "SELECT * FROM lieux WHERE adresse <<= '10.7.0.0/16'",
        ["public.lieux USING gist (adresse inet_ops)"],
    ),
    "shapes that overlap": (
        "SELECT * FROM lieux WHERE zone && box '(1,1),(3,3)'",
        ["public.lieux USING gist (zone)"],
    ),
    "the nearest points": (
        "SELECT * FROM lieux ORDER BY place <-> point(3, 3) LIMIT 3",
        ["public.lieux USING gist (place)"],
    ),
    "a long text, by its hash": (
        "SELECT * FROM clients WHERE long = 'x'",
        ["public.clients USING hash (long)"],
    ),
    "partitions, by what their parent is sorted": (
        "SELECT * FROM ventes WHERE magasin = 7 ORDER BY total DESC LIMIT 3",
        ["public.ventes (magasin, total DESC)"],
    ),
    "partitions, as the inner side of a join": (
        "SELECT v.jour FROM ventes v JOIN clients c ON c.id = v.magasin WHERE c.nom = 'Nom7'",
        ["public.ventes (magasin)", "public.clients (nom)"],
    ),
}


@pytest.mark.majors("all")
@pytest.mark.parametrize("rule", RULES)
def test_the_planner_takes_the_candidate(planted: Planted, rule: str) -> None:
    statement, wanted = RULES[rule]
    candidates = planted.candidates(statement)
    missing = [text for text in wanted if f"CREATE INDEX ON {text};" not in candidates]
    assert not missing, "\n".join(candidates)
    before = planted.planner.cost(statement, ()).cost
    together = len(wanted) > 1 and "in both orders" not in rule
    for shown in [wanted] if together else [[text] for text in wanted]:
        indexes = {candidates[f"CREATE INDEX ON {text};"] for text in shown}
        planned = planted.planner.cost(statement, indexes)
        assert planned.used == indexes
        assert planned.cost < before


def test_a_value_that_is_always_the_same_makes_a_partial_index(planted: Planted) -> None:
    statement = f"SELECT * FROM {ORDERS} WHERE état = 'EN_ATTENTE' AND montant > 9000 ORDER BY \"order\" LIMIT 4"
    wanted = f"CREATE INDEX ON {ORDERS} (montant) WHERE \"état\" = 'EN_ATTENTE'::text;"
    assert wanted not in planted.candidates(statement)
    index = planted.candidates(statement, fixed=frozenset({"EN_ATTENTE"}))[wanted]
    assert planted.planner.cost(statement, [index]).used == {index}
    assert 0.01 < planted.planner.parts([index])[index] < 0.03


def test_no_index_holds_a_column_twice(planted: Planted) -> None:
    statement = f"SELECT * FROM {ORDERS} WHERE {BOUGHT} > '2024-05-01' AND \"order\" = 3"
    for index in planted.candidates(statement).values():
        keys = {key.removesuffix(" DESC") for key in index.keys}
        assert not keys & {quote.ident(name) for name in index.include}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM clients",
        "SELECT count(*) FROM pg_class WHERE relname = 'x'",
        "SELECT * FROM generate_series(1, 10) g WHERE g = 3",
        "SELECT * FROM clients WHERE né::text = '1950-01-01'",
        "SELECT * FROM clients WHERE random() < 0.5",
        "INSERT INTO clients (id) VALUES (1)",
        "SELECT 1",
    ],
)
def test_where_no_index_could_help_there_are_no_candidates(planted: Planted, statement: str) -> None:
    assert planted.candidates(statement) == {}


def test_a_small_table_gets_no_block_ranges(planted: Planted) -> None:
    candidates = planted.candidates("SELECT * FROM clients WHERE id > 19990")
    assert candidates
    assert not any("brin" in sql for sql in candidates)


def test_of_four_columns_not_every_order_is_tried(planted: Planted) -> None:
    where = " AND ".join(f"{name} = 3" for name in ("id", '"Client"', '"order"', "montant"))
    four = [
        each for each in planted.candidates(f"SELECT note FROM {ORDERS} WHERE {where}").values() if len(each.keys) == 4
    ]
    assert 2 <= len({each.keys for each in four}) <= 4
