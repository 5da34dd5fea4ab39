"""CREATE INDEX and ADD CONSTRAINT written again for another column or table."""

from __future__ import annotations

import pytest

from pgwright.base.name import RelationName
from pgwright.sql.index import alike, built, columns_of, elsewhere, on_table, renamed, same

CASES = [
    """btree (lower(nom) COLLATE "C" text_pattern_ops DESC NULLS LAST, nom) INCLUDE (nom, b) WITH (fillfactor='70')""",
    "gin (nom gin_trgm_ops(siglen='32'))",
    "btree ((nom_2 || 'nom'), nom) WHERE nom IS NOT NULL",
    "brin (nom text_minmax_multi_ops(values_per_range='32')) WITH (pages_per_range='4')",
]


@pytest.mark.parametrize("body", CASES)
@pytest.mark.parametrize("only", ["", "ONLY "])
def test_only_the_column_and_the_name_change(body: str, only: str) -> None:
    definition = f"CREATE INDEX i ON {only}public.t USING {body}"
    moved = body.replace("nom", '"Né"').replace('"Né"_2', "nom_2").replace("'\"Né\"'", "'nom'")
    expected = f"CREATE INDEX CONCURRENTLY j ON {only}public.t USING {moved}"
    assert elsewhere(definition, names=("nom",), to="Né", name="j", concurrently=True) == expected


def test_an_alter_table_for_another_table() -> None:
    text = "ALTER TABLE public.t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES r(b) NOT VALID"
    assert on_table(text, "S", "x y").startswith('ALTER TABLE "S"."x y" ADD CONSTRAINT fk FOREIGN KEY (a)')


def test_an_index_from_its_body() -> None:
    table = RelationName("S", "t")
    made = built("btree (a) WHERE (b > 1)", table=table, name="x y", unique=True, concurrently=True)
    assert made == 'CREATE UNIQUE INDEX CONCURRENTLY "x y" ON "S".t USING btree (a) WHERE (b > 1)'
    made = built("btree (a) WHERE (b > 1)", table=table, name="i", only=True, tablespace="ts")
    assert made == 'CREATE INDEX i ON ONLY "S".t USING btree (a) TABLESPACE ts WHERE b > 1'


def test_the_columns_that_an_index_reads() -> None:
    text = "CREATE INDEX i ON t USING btree (b, lower(a)) INCLUDE (c) WHERE (d IS NOT NULL AND a <> 'e')"
    assert columns_of(text) == ("b", "c", "a", "d")
    moved = renamed(text, {"a": "b", "b": "a", "c": "É"})
    assert moved == "CREATE INDEX i ON t USING btree (a, lower(b)) INCLUDE (\"É\") WHERE d IS NOT NULL AND b <> 'e'"
    assert renamed(text, {"e": "x"}) == text


SAME = "CREATE INDEX i ON public.t USING btree (a DESC) WITH (fillfactor='70')"


@pytest.mark.parametrize(
    ("other", "is_same", "is_alike"),
    [
        ("CREATE INDEX j ON ONLY s.u USING btree (a DESC) WITH (fillfactor='70')", True, True),
        ("CREATE INDEX i ON public.t USING btree (a) WITH (fillfactor='70')", False, True),
        ("CREATE INDEX i ON public.t USING btree (a DESC)", False, True),
        ("CREATE UNIQUE INDEX i ON public.t USING btree (a DESC) WITH (fillfactor='70')", False, False),
        ("CREATE INDEX i ON public.t USING btree (a DESC) WITH (fillfactor='70') WHERE (a > 1)", False, False),
        ("CREATE INDEX i ON public.t USING btree (b DESC) WITH (fillfactor='70')", False, False),
    ],
)
def test_equal_indexes(other: str, is_same: bool, is_alike: bool) -> None:
    assert same(SAME, other) is is_same
    assert alike(SAME, other) is is_alike
