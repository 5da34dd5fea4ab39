"""CREATE INDEX and ADD CONSTRAINT written again for another column or table."""

from __future__ import annotations

import pytest

from pgwright.sql.index import elsewhere, on_table

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
