"""Commands found by name: a file of `commands/` is a command, a folder of it is a group. Nothing is registered."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import rich_click as click

from ..base import registry
from ..base.errors import UsageError
from .output import write

HELP_STYLE = {
    "rich_help_config": {
        "theme": "default-slim",
        "text_paragraph_linebreaks": "\n\n",
        "padding_helptext_first_line": (0, 0, 1, 0),
        "max_width": 100,
    }
}


class Command(click.RichCommand):
    """A command whose help is the docstring of its module, so that the page and the help are one text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        callback = kwargs.get("callback")
        module = sys.modules.get(getattr(callback, "__module__", ""))
        if module is not None:
            kwargs["help"] = help_text(module)
        kwargs.setdefault("context_settings", HELP_STYLE)
        super().__init__(*args, **kwargs)


class Folder(click.RichGroup):
    """A group whose commands are the files of the folder `kind` (as `cli.commands`), imported when they are asked
    for. A module has its command in `command`; a folder takes its help from its docstring."""

    def __init__(self, kind: str, name: str, text: str) -> None:
        super().__init__(name=name, help=text, no_args_is_help=False, context_settings=HELP_STYLE)
        self.kind = kind

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it; without any argument the help is shown, and it is an error."""
        if not args and not ctx.resilient_parsing:
            write(sys.stderr, ctx.get_help().rstrip() + "\n")
            ctx.exit(UsageError.exit_code)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of all commands of this folder, sorted."""
        return list(registry.names(self.kind))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """The command or group called `name`, or None."""
        if name not in registry.names(self.kind):
            return None
        return load(self.kind, name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, but an unknown name is our own error that knows the nearest names."""
        name = args[0]
        if not name.startswith("-") and name not in registry.names(self.kind):
            raise UsageError(f"There is no command {ctx.command_path} {name}.", hint=_nearest(self.kind, name))
        return super().resolve_command(ctx, args)


def load(kind: str, name: str) -> click.Command:
    """The command or group `name` of the folder `kind`."""
    module = registry.load(kind, name)
    if hasattr(module, "__path__"):
        return Folder(f"{kind}.{name}", name, help_text(module))
    command: click.Command = module.command
    command.name = name
    return command


def help_text(module: ModuleType) -> str:
    """The docstring of a command's module for `--help`: indented blocks are kept as they stand."""
    paragraphs = (module.__doc__ or "").strip().split("\n\n")
    return "\n\n".join(f"\b\n{text}" if "\n    " in f"\n{text}" else text for text in paragraphs)


def _nearest(kind: str, name: str) -> str:
    """Which names are meant, as far as can be guessed."""
    from difflib import get_close_matches

    near = get_close_matches(name, registry.names(kind), n=2)
    words = kind.split(".")[2:]
    if near:
        return "Did you mean " + " or ".join(" ".join(["pgwright", *words, match]) for match in near) + "?"
    return f"{' '.join(['pgwright', *words, '--help'])} lists the commands."
