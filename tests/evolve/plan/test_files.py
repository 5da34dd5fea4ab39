from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError
from pgwright.evolve.plan import files

PATH = Path("migrations/0002_é.sql")
RENAME = "ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;"


def checksum(text: str) -> str:
    return files.from_text(text, path=PATH).checksum


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name.lstrip('_')}.sql").write_text(text, encoding="utf-8", newline="")
    return folder


def test_a_folder_is_read_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    write(tmp_path, _0010_b="SELECT 2", _0002_z="SELECT 1", _10000_a="SELECT 4", _9999_x="SELECT 3")
    for other in ("README.md", "0001_x.sql~", "0001_x.py", ".0001_x.sql", ".#0001_x.sql"):
        (tmp_path / other).write_text("not \\ SQL")
    (tmp_path / "0005_folder.sql").mkdir()
    found = files.load(tmp_path)
    assert [each.name for each in found] == ["0002_z", "0010_b", "9999_x", "10000_a"]
    assert [each.number for each in found] == ["0002", "0010", "9999", "10000"]
    assert found[0].path == tmp_path / "0002_z.sql"
    assert found[0].text == "SELECT 1"


def test_a_migration_holds_statements_actions_and_directives(tmp_path: Path) -> None:
    write(tmp_path, _0002_full_name=f"-- pgwright: up = trim(nom)\n{RENAME}\nALTER TABLE t DROP a, DROP b;")
    (migration,) = files.load(tmp_path)
    one, two = migration.statements
    assert [action.key for action in one.actions] == ["RenameStmt.OBJECT_COLUMN"]
    assert [(each.name, each.value) for each in one.directives] == [("up", "trim(nom)")]
    assert [str(action.position) for action in two.actions] == ["3:15", "3:23"]
    assert two.directives == ()


def test_an_empty_folder_has_no_migrations(tmp_path: Path) -> None:
    assert files.load(tmp_path) == ()


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MigrationFileError, match="no such folder") as caught:
        files.load(tmp_path / "nothing")
    assert "pgwright new" in caught.value.hint


@pytest.mark.parametrize("text", ["", "\n", "-- only a comment\n/* and\nanother */\n", ";;"])
def test_a_file_without_statements_is_a_migration_without_statements(text: str) -> None:
    assert files.from_text(text, path=PATH).statements == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_is_dropped_and_line_ends_mean_nothing(tmp_path: Path, end: str) -> None:
    text = f"-- pgwright: up = trim(nom){end}{RENAME}{end}SELECT é é é"
    (tmp_path / "0001_a.sql").write_bytes(b"\xef\xbb\xbf" + text.encode())
    with pytest.raises(MigrationFileError) as caught:
        files.load(tmp_path)
    assert (caught.value.line, caught.value.column) == (3, 12)
    (tmp_path / "0001_a.sql").write_bytes(b"\xef\xbb\xbf" + text[: text.index("SELECT")].encode())
    (migration,) = files.load(tmp_path)
    assert not migration.text.startswith("\ufeff")
    assert str(migration.statements[0].statement.position) == "2:1"
    assert migration.checksum == checksum(f"-- pgwright: up = trim(nom)\n{RENAME}")


def test_a_file_that_is_not_utf_8_says_where(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_bytes("SELECT 'é';\nSELECT '".encode() + b"caf\xe9';\n")
    with pytest.raises(MigrationFileError, match="byte 0xe9 is not UTF-8") as caught:
        files.load(tmp_path)
    assert (caught.value.line, caught.value.column) == (2, 12)


def test_two_files_with_one_number_are_refused_naming_both(tmp_path: Path) -> None:
    write(tmp_path, _0002_b="this is not even SQL", _0002_a="SELECT 1")
    with pytest.raises(MigrationFileError, match=r"0002_a\.sql and 0002_b\.sql"):
        files.load(tmp_path)


def test_one_number_written_in_two_ways_is_one_number(tmp_path: Path) -> None:
    with pytest.raises(MigrationFileError, match="two migrations have the number"):
        files.load(write(tmp_path, _0002_b="", _00002_a=""))


@pytest.mark.parametrize("name", ["002_a", "0002", "0002-a", "a_0002", "0002_", "0002_a b", "0002_a.down"])
def test_a_name_that_has_no_number_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.sql").write_text("SELECT 1")
    with pytest.raises(MigrationFileError, match="no name for a migration") as caught:
        files.load(tmp_path)
    assert "0001_first_step.sql" in caught.value.hint
    assert name in str(caught.value)


def test_the_suffix_is_written_small(tmp_path: Path) -> None:
    (tmp_path / "0001_a.SQL").write_text("SELECT 1")
    with pytest.raises(MigrationFileError, match="no name for a migration"):
        files.load(tmp_path)


def test_a_decomposed_file_name_is_the_same_migration() -> None:
    assert files.from_text("", path=Path("0001_e\u0301te\u0301.sql")).name == "0001_été"


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("SELECT é é é", 'syntax error at or near "é"', "1:12"),
        ("SELECT 'é", "unterminated quoted string", "1:8"),
        ("SELECT 1; /* /* */", "unterminated /. comment", "1:11"),
        ("\\c autre\nSELECT 1;", r"\\c is a command of psql", "1:1"),
        ("SELECT 'é';\n  \\copy t from 'x'", r"\\copy is a command of psql", "2:3"),
        ("SELECT 1; \\echo it's", r"\\echo is a command of psql", "1:11"),
        ("SELECT 'a\\b' -- \\x\n, é \\gexec", r"\\gexec is a command of psql", "2:5"),
        ("\\set x 'é", r"\\set is a command of psql", "1:1"),
        ("\\!ls", r"\\!ls is a command of psql", "1:1"),
        ("COPY t FROM STDIN;\n1\té 'x\n\\.\n", "has its data in the file", "1:1"),
        (
            "SELECT 1;\ncopy é (a) from /* x */ stdin csv;\n1,it's\n\\.\n(",
            "its data in the file",
            "2:1",
        ),
        ("SELECT 1;\nCOPY t FROM STDIN", "has its data in the file", "2:1"),
        ("BEGIN;\nSELECT 1;\nCOMMIT;", r"cannot control transactions \(BEGIN\)", "1:1"),
        ("SELECT 'é';  commit", r"transactions \(COMMIT\)", "1:14"),
        ("START TRANSACTION", r"transactions \(START\)", "1:1"),
        ("SAVEPOINT a", r"transactions \(SAVEPOINT\)", "1:1"),
        ("ROLLBACK", r"transactions \(ROLLBACK\)", "1:1"),
        ("PREPARE TRANSACTION 'x'", r"transactions \(PREPARE\)", "1:1"),
        ("END", r"transactions \(END\)", "1:1"),
        ("SELECT (;\n\\c x", 'syntax error at or near ";"', "1:9"),
        ("SELECT (;\nCOPY t FROM STDIN;\n1\n\\.", 'syntax error at or near ";"', "1:9"),
        ("COPY stdin FROM '/x'; SELECT );", 'syntax error at or near "."', "1:30"),
        ("-- pgwright: upp = 1\nSELECT 1", "unknown directive upp", "1:14"),
    ],
)
def test_what_is_no_migration_is_said_where_it_is(text: str, message: str, place: str) -> None:
    with pytest.raises(MigrationFileError, match=message) as caught:
        files.from_text(text, path=PATH)
    assert str(caught.value).startswith(f"{PATH}:{place}: ")
    assert caught.value.excerpt.split("\n")[1].endswith("^")
    assert caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "COPY t TO '/tmp/x'",
        "COPY t FROM '/tmp/x'",
        "COPY t FROM PROGRAM 'x'",
        "SELECT E'\\\\c', '\\c', $$\\c$$, \"\\c\" -- \\c\n/* \\c */",
        "DO $$ BEGIN COMMIT; END $$",
        "SELECT 'COPY t FROM STDIN;'",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END",
    ],
)
def test_what_is_a_migration_although_it_looks_odd(text: str) -> None:
    assert len(files.from_text(text, path=PATH).statements) == 1


BASE = f"-- pgwright: up = trim(nom)\n-- pgwright: allow = a, b\n{RENAME}\nALTER TABLE t ADD c int DEFAULT 1, DROP d;"


@pytest.mark.parametrize(
    "text",
    [
        BASE.replace("ALTER TABLE", "alter\n  table"),
        BASE.replace("utilisateurs", '"utilisateurs"').replace(" t ", " T "),
        BASE.replace("RENAME COLUMN", "rename"),
        BASE.replace("trim(nom)", "TRIM( nom /* x */ ) -- y"),
        BASE.replace("a, b", "a ,b"),
        "-- a note\n\n/* ; */\n" + BASE.replace("\n", "\r\n") + "\n-- the end",
        BASE.rstrip(";") + ";;",
        BASE.replace("int", "integer"),
    ],
)
def test_formatting_and_comments_do_not_change_the_checksum(text: str) -> None:
    assert checksum(text) == checksum(BASE)


@pytest.mark.parametrize(
    "text",
    [
        BASE.replace("trim(nom)", "ltrim(nom)"),
        BASE.replace("up =", "down ="),
        BASE.replace("up =", "up(nom) ="),
        BASE.replace("-- pgwright: up = trim(nom)\n", ""),
        BASE.replace("-- pgwright: up", "-- a note\n-- notpgwright: up"),
        BASE.replace("a, b", "a"),
        BASE.replace("a, b", "b, a"),
        BASE.replace("utilisateurs", "Utilisateurs").replace("Utilisateurs", '"Utilisateurs"'),
        BASE.replace("utilisateurs", "public.utilisateurs"),
        BASE.replace("nom_complet", "nom_Complet").replace("nom_Complet", "nom_complete"),
        BASE.replace("DEFAULT 1", "DEFAULT 2"),
        BASE.replace("DEFAULT 1", "DEFAULT '1'"),
        BASE.replace("DEFAULT 1", ""),
        BASE.replace("int", "bigint"),
        BASE.replace("ALTER TABLE t", "ALTER TABLE ONLY t"),
        BASE.replace("ADD c int DEFAULT 1, DROP d", "DROP d, ADD c int DEFAULT 1"),
        BASE.replace("DROP d", "DROP d CASCADE"),
        BASE.replace("DROP d", "DROP IF EXISTS d"),
        BASE.replace(", DROP d;", "; ALTER TABLE t DROP d;"),
        BASE + " SELECT 1",
        BASE.split("\nALTER TABLE t ")[0],
    ],
)
def test_a_change_of_meaning_changes_the_checksum(text: str) -> None:
    assert text != BASE
    assert checksum(text) != checksum(BASE)


def test_a_directive_that_moves_to_another_statement_changes_the_checksum() -> None:
    note, one = "-- pgwright: strategy = copy\n", "ALTER TABLE t RENAME a TO b;\n"
    assert checksum(note + one + one) != checksum(one + note + one)


def test_the_checksum_is_the_same_in_every_release() -> None:
    """It stands in journals: when this fails, what changed it must bring old checksums along."""
    assert checksum(BASE) == "9088e957c28db6eb34451a3e0ad199573636c0451b60434674502b80d733c6be"
    assert checksum("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_statement_of_any_depth_has_a_checksum() -> None:
    assert len(checksum("SELECT " + " || ".join(["a"] * 900))) == 64
