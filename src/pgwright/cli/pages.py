"""The pages of `pgwright docs` and of docs/reference: operations, signs, checks, directives, commands, errors and exit
codes.

The text is the docstring of the thing itself. Modules are read, not imported, so that a page costs nothing; only a
command's page imports the command, for its options.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from ..base import errors, registry
from .directive_pages import DIRECTIVES

OPERATIONS = "evolve.operations"
SIGNS = "diagnose.signs"
CHECKS = "diagnose.health.checks"
COMMANDS = "cli.commands"

EXIT_CODES = {
    0: "Fine.",
    1: "Findings at or above `--fail-on` (doctor, explain, health, plans gate); a plan that is not empty, and "
    "`--exit-code` was given.",
    2: "The command line, a setting or a migration file is wrong. Nothing was changed.",
    3: "No connection, or a server that is too old.",
    4: "A lock was not obtained inside its budget. The state is that after the last finished step; try again later.",
    5: "A step failed. The journal can resume (the same command again) or roll back.",
    6: "Refused: unsafe, unconfirmed or impossible. Nothing was changed.",
    7: "The catalog moved since the plan was made, or past pgwright. Nothing was changed; make the plan again.",
    70: "An error that pgwright did not expect: a defect. Please report it with the output of -v.",
    130: "Interrupted. The journal is clean; the same command goes on.",
}
"""What each exit code means. A test compares it with the error classes."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page: what it is about (`name`), what that is (`kind`), its first line, and its body as Markdown."""

    name: str
    kind: str
    title: str
    body: str

    @property
    def markdown(self) -> str:
        """The whole page."""
        return f"# {self.name}\n\n{self.title}\n" + (f"\n{self.body.rstrip()}\n" if self.body else "")


def pages(*kinds: str) -> Iterator[Page]:
    """All pages of `kinds` (operation, sign, check, directive, command, error, exit code), all where none is given."""
    makers = {
        "operation": _operations,
        "sign": _signs,
        "check": _checks,
        "directive": _directives,
        "command": _commands,
        "error": _errors,
        "exit code": _exit_codes,
    }
    for kind in kinds or makers:
        yield from makers[kind]()


def find(name: str) -> Page | None:
    """The page called `name`; spaces, dashes and capitals do not matter. A command's page has its options."""
    wanted = _folded(name)
    page = next((page for page in pages() if _folded(page.name) == wanted), None)
    return page if page is None or page.kind != "command" else _with_options(page)


def _folded(name: str) -> str:
    return re.sub(r"[\s_\-]", "", name.lower()).removeprefix("pgwright")


def _operations() -> Iterator[Page]:
    for name in registry.names(OPERATIONS):
        yield _page(name, "operation", _docstring(OPERATIONS, name))


def _signs() -> Iterator[Page]:
    for name in registry.names(SIGNS):
        yield _page(name, "sign", _docstring(SIGNS, name))


def _checks() -> Iterator[Page]:
    """A check is a module, or a query alone whose first comment is its docstring."""
    alone = {path.stem for path in _folder(CHECKS).glob("*.sql") if "." not in path.stem}
    modules = set(registry.names(CHECKS))
    for name in sorted(modules | alone):
        text = _docstring(CHECKS, name) if name in modules else _comment(_folder(CHECKS) / f"{name}.sql")
        yield _page(name, "check", text)


def _comment(path: Path) -> str:
    """The comment at the head of a query, without the lines that are for pgwright."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            break
        if not line.startswith("-- pgwright:"):
            lines.append(line.removeprefix("--").removeprefix(" "))
    return "\n".join(lines)


def _directives() -> Iterator[Page]:
    for name, text in DIRECTIVES.items():
        yield _page(name, "directive", text)


def _commands(kind: str = COMMANDS, prefix: str = "") -> Iterator[Page]:
    for name in registry.names(kind):
        if (_folder(kind) / name / "__init__.py").exists():
            yield from _commands(f"{kind}.{name}", f"{prefix}{name} ")
        else:
            yield _page(prefix + name, "command", _docstring(kind, name))


def _errors() -> Iterator[Page]:
    """One page per class of the tree, in the order of the source."""
    for name, found in vars(errors).items():
        if isinstance(found, type) and issubclass(found, errors.PgwrightError) and found is not errors.PgwrightError:
            meaning = f"Exit code {found.exit_code}: {EXIT_CODES[found.exit_code]}"
            yield _page(name, "error", f"{inspect.getdoc(found)}\n\n{meaning}")


def _exit_codes() -> Iterator[Page]:
    rows = "\n".join(f"- `{code}` {meaning}" for code, meaning in EXIT_CODES.items())
    yield Page(name="exit codes", kind="exit code", title="What the number means that a command ends with.", body=rows)
    for code, meaning in EXIT_CODES.items():
        names = [page.name for page in _errors() if page.body.startswith(f"Exit code {code}:")]
        body = "Errors with this code: " + ", ".join(names) + "." if names else ""
        yield Page(name=str(code), kind="exit code", title=meaning, body=body)


def _page(name: str, kind: str, text: str) -> Page:
    """A page from a docstring: the first paragraph is its title."""
    title, _, body = text.strip().partition("\n\n")
    return Page(name=name, kind=kind, title=title, body=re.sub(r"(?m)^Example:\n+", "## Example\n\n", body))


def _folder(kind: str) -> Path:
    return registry.ROOT.joinpath(*kind.split("."))


def _docstring(kind: str, name: str) -> str:
    """The docstring of the item `name`, from its source."""
    folder = _folder(kind)
    choices = (folder / f"{name}.py", folder / f"{name}_.py", folder / name / "__init__.py")
    path = next(path for path in choices if path.exists())
    source = path.read_text(encoding="utf-8")
    plain = re.match(r'"""([^"\\]*)"""', source)  # parsing 30 files takes 100 ms; most docstrings are as plain as this
    return inspect.cleandoc(plain[1]) if plain else ast.get_docstring(ast.parse(source)) or ""


def _with_options(page: Page) -> Page:
    """A command's page with its options, as its help lists them."""
    from .folder import load

    *groups, name = page.name.split(" ")
    command = load(".".join([COMMANDS, *groups]), name)
    lines = [_option(parameter) for parameter in command.params if isinstance(parameter, click.Option)]
    arguments = [
        argument.metavar or (argument.name or "").upper()
        for argument in command.params
        if isinstance(argument, click.Argument)
    ]
    usage = " ".join(["pgwright", page.name, "[OPTIONS]", *arguments])
    text = f"{page.body.rstrip()}\n\n## Options\n\n" + "\n".join(lines)
    return Page(name=page.name, kind=page.kind, title=page.title, body=f"    {usage}\n\n{text.lstrip()}")


def _option(option: click.Option) -> str:
    """One line about an option, the same with every version of click."""
    if isinstance(option.type, click.Choice):
        value = " " + "|".join(str(choice) for choice in option.type.choices)
    else:
        value = "" if option.is_flag or option.count else f" {option.metavar or option.type.name.upper()}"
    default = f" Default: {option.default}." if option.show_default else ""
    return f"- `{', '.join(option.opts)}{value}` {option.help}{default}"
