"""Docs cannot rot: pages are complete, links lead somewhere, and what a page tells to type can be typed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pgwright.base import registry
from pgwright.cli import reference
from pgwright.cli.folder import Folder, load
from pgwright.cli.pages import find, pages
from pgwright.config import load as load_config
from pgwright.diagnose.health import catalogue, sql_check
from pgwright.sql.directives import KNOWN, attach
from pgwright.sql.parse import parse

ROOT = Path(__file__).resolve().parents[2]
SIGN_HEADINGS = ["What it is", "Why it is slow", "Cure", "Disproof", "Versions", "Example"]
CHECK_HEADINGS = ["What it is", "Why it is dangerous", "When it speaks", "Cure", "Versions", "Example"]
HEADINGS = ["What it does", "Why it is dangerous", "Phases and locks", "Rollback", "Versions", "Example"]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
WRITTEN = [path for path in DOCUMENTS if "reference" not in path.parts]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, language: str) -> Iterator[str]:
    """The fenced blocks of `path` in `language` ("" for none)."""
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        if found[1] == language:
            yield found[2]


def headings(text: str) -> list[str]:
    return re.findall(r"^##? (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("operation", registry.names("evolve.operations"))
def test_an_operation_has_all_headings_each_with_a_text(operation: str) -> None:
    page = find(operation)
    assert page is not None
    assert headings(page.body) == HEADINGS
    assert all(len(text.strip()) > 10 for text in re.split(r"^## .+$", page.body, flags=re.MULTILINE)[1:])
    assert page.title.endswith(".")


@pytest.mark.parametrize("sign", registry.names("diagnose.signs"))
def test_a_sign_has_all_headings_each_with_a_text(sign: str) -> None:
    page = find(sign)
    assert page is not None
    assert headings(page.body) == SIGN_HEADINGS
    assert all(len(text.strip()) > 8 for text in re.split(r"^## .+$", page.body, flags=re.MULTILINE)[1:])
    assert "…" not in page.title
    assert page.title.endswith(".")


@pytest.mark.parametrize("check", catalogue.names())
def test_a_health_check_has_all_headings_each_with_a_text(check: str) -> None:
    page = find(check)
    assert page is not None
    assert page.kind == "check"
    assert headings(page.body) == CHECK_HEADINGS
    assert all(len(text.strip()) > 6 for text in re.split(r"^## .+$", page.body, flags=re.MULTILINE)[1:])
    assert "…" not in page.title
    assert page.title.endswith(".")


@pytest.mark.parametrize("operation", registry.names("evolve.operations"))
def test_the_example_of_an_operation_is_understood_as_it(operation: str) -> None:
    page = find(operation)
    assert page is not None
    example = page.body.partition("## Example")[2]
    text = "\n".join(line.removeprefix("    ") for line in example.splitlines())
    statements = parse(text)
    attach(text, statements, "<example>")
    assert statements


def test_directives_are_documented_and_their_examples_are_valid() -> None:
    # on_error belongs to an operation that is not there yet
    assert {page.name for page in pages("directive")} == set(KNOWN) - {"on_error"}
    for page in pages("directive"):
        text = "\n".join(line.removeprefix("    ") for line in page.body.splitlines() if line.startswith("    "))
        [found] = attach(text, parse(text))
        assert page.name in [directive.name for directive in found]


def test_every_page_has_a_title_and_every_command_an_example() -> None:
    for page in pages():
        assert page.title.strip(), page.name
        if page.kind == "command":
            assert f"    pgwright {page.name}" in page.body.partition("## Example")[2], page.name


def test_page_names_are_unique() -> None:
    names = [page.name.lower() for page in pages()]
    assert len(names) == len(set(names))


def test_the_reference_is_what_the_program_says() -> None:
    assert reference.differences(ROOT / "docs" / "reference") == ()


def test_a_stale_reference_is_noticed(tmp_path: Path) -> None:
    reference.write(tmp_path)
    assert reference.differences(tmp_path) == ()
    (tmp_path / "errors.md").write_text("")
    (tmp_path / "exit-codes.md").unlink()
    (tmp_path / "old.md").write_text("")
    assert reference.differences(tmp_path) == ("exit-codes.md is missing", "errors.md is stale", "old.md is left over")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_to_files(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_lines_are_not_wider_than_the_code(path: Path) -> None:
    assert [line for line in path.read_text(encoding="utf-8").splitlines() if len(line) > 130] == []


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_sql_is_sql_and_directives_are_directives(path: Path, tmp_path: Path) -> None:
    for text in blocks(path, "sql"):
        if "-- pgwright: severity" in text:  # a health check of one's own
            (tmp_path / "example.sql").write_text(text, encoding="utf-8")
            assert sql_check.read(tmp_path / "example.sql").title
        else:
            attach(text, parse(text, file=name(path)), name(path))


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_settings_are_settings(path: Path, tmp_path: Path) -> None:
    for number, text in enumerate(blocks(path, "toml")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "pgwright.toml").write_text(text, encoding="utf-8")
        tomllib.loads(text)
        load_config(folder=folder, environ={})


def commands(text: str) -> Iterator[list[str]]:
    """What a page tells to type, in words, without `pgwright` itself: in backticks, in fences and in indented code."""
    fenced = "\n".join(block for block in re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    typed = re.findall(r"`pgwright ([^`]+)`", text)
    typed += re.findall(r"^(?:export .*|.*[;&|] *)?pgwright (.*)$", fenced, re.MULTILINE)
    typed += re.findall(r"^    +pgwright (.*)$", text, re.MULTILINE)
    return (line.split("   ")[0].split(" | ")[0].split() for line in typed)


def problem(words: list[str]) -> str | None:
    """Why `pgwright WORDS` cannot be typed; None when it can. NAME and ARGS stand for anything."""
    if not words or words[0] in ("--version", "--help", "NAME"):
        return None
    if words[0].strip(".,;") not in registry.names("cli.commands"):
        return f"no command {' '.join(words)}"
    command = load("cli.commands", words[0].strip(".,;"))
    if isinstance(command, Folder):
        found = command.get_command(click.Context(command), words[1])
        if found is None:
            return f"no command {' '.join(words)}"
        command = found
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    used = {word.partition("=")[0].strip(".,;:") for word in words if re.match(r"-[-a-z]", word)}
    return f"no option {used - known} of {' '.join(words)}" if used - known else None


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_commands_and_their_options_exist(path: Path) -> None:
    wrong = [problem(words) for words in commands(path.read_text(encoding="utf-8"))]
    assert [sentence for sentence in wrong if sentence] == []


def test_a_wrong_command_in_a_page_is_noticed() -> None:
    text = "Type `pgwright plam`.\n\n    pgwright plan --sqll\n\n```\npgwright config shwo\npgwright expand -q\n```\n"
    assert [problem(words) is not None for words in commands(text)] == [True, True, False, True]
