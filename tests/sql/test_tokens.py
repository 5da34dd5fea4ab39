from __future__ import annotations

import pytest
from hypothesis import given

from pgwright.base.errors import MigrationFileError
from pgwright.sql import parse, quote, tokens

from .names import names, texts

BODY = """
BEGIN  -- NEW.nom stays here
    IF NEW.nom IS DISTINCT FROM old . "nom"THEN
        new."nom" := trim(NEW.Nom); /* OLD.nom */
        RAISE NOTICE 'NEW.nom %', x.new.nom;
        SELECT nom INTO NEW.nom.part FROM t WHERE t.nom = renew.nom AND NEW."Nom" = $q$NEW.nom$q$;
    END IF;
    RETURN NEW;
END
"""
RENAMED = """
BEGIN  -- NEW.nom stays here
    IF NEW."é" IS DISTINCT FROM old . "é" THEN
        new."é" := trim(NEW."é"); /* OLD.nom */
        RAISE NOTICE 'NEW.nom %', x.new.nom;
        SELECT nom INTO NEW."é".part FROM t WHERE t.nom = renew.nom AND NEW."Nom" = $q$NEW.nom$q$;
    END IF;
    RETURN NEW;
END
"""


def test_a_field_is_renamed_in_code_only() -> None:
    assert tokens.replace_field(BODY, ("NEW", "OLD"), "nom", "é") == RENAMED


def test_only_the_records_that_were_asked_for_change() -> None:
    assert tokens.replace_field("new.a := old.a", ("NEW",), "a", "b") == "new.b := old.a"


@given(names, names, texts)
def test_any_field_is_renamed_and_back(old: str, new: str, text: str) -> None:
    body = f"BEGIN NEW.{quote.ident(old)} := {quote.literal(text)} || zz.{quote.ident(old)}; RETURN NEW; END"
    there = tokens.replace_field(body, ("new",), old, new)
    assert there == body.replace(f"NEW.{quote.ident(old)} ", f"NEW.{quote.ident(new)} ", 1)
    assert tokens.replace_field(there, ("new",), new, old) == body


def test_the_fields_of_a_record() -> None:
    assert tokens.fields(BODY, ("new",)) == ("nom", "Nom")
    assert tokens.fields("new.a; old.b; new.*", ("NEW", "OLD")) == ("a", "b")


@pytest.mark.parametrize("body", ["x := to_jsonb(NEW);", "x := NEW.*;", "IF NEW = OLD THEN", "RETURN NEW IS NULL;"])
def test_a_record_used_as_a_whole(body: str) -> None:
    assert tokens.uses_whole_record(body, ("NEW",))


@pytest.mark.parametrize(
    "body", ["RETURN NEW;", "return /* x */ new ;", "x := NEW.a;", "x := 'NEW'; -- NEW", "a.new := 1"]
)
def test_a_record_passed_on(body: str) -> None:
    assert not tokens.uses_whole_record(body, ("new",))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("UPDATE t SET nom = 1", True),
        ('SELECT "nom"', True),
        ("SELECT NOM", True),
        ('SELECT "Nom"', False),
        ("SELECT noms, a_nom", False),
        ("SELECT 'nom' -- nom\n /* nom */", False),
        ("EXECUTE 'SELECT nom'", False),
    ],
)
def test_mentions_column(body: str, found: bool) -> None:
    assert tokens.mentions_column(body, "nom") is found


def test_strings_are_searched_when_asked() -> None:
    body = "EXECUTE 'UPDATE t SET nom = ' || x || $$, \"É é\" = renom$$"
    assert tokens.mentions(body, ("nom", "renom", "É é", "y"), strings=True) == ("nom", "renom", "É é")
    assert tokens.mentions(body, ("nom", "x")) == ("x",)


def test_a_body_of_another_language_is_searched_for_words() -> None:
    body = 'plpy.notice("it\'s") # $$\nreturn {"Nom_x": TD["new"]["nom"]}'
    with pytest.raises(MigrationFileError):
        parse.scan(body)
    assert tokens.mentions(body, ("nom", "nom_x", "no")) == ("nom", "nom_x")


def test_a_body_that_cannot_be_scanned_is_not_changed() -> None:
    with pytest.raises(MigrationFileError, match="<function>:1:"):
        tokens.replace_field("new.a := '", ("new",), "a", "b")
