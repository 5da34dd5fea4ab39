"""A user's project in a folder of its own, and pgwright as a user runs it: a process of its own, by its command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..base.errors import StepFailed
from .statements import NEW, NO_REFERENCE, OLD
from .traffic import python_environment

MIGRATIONS = {
    "0001_nom_complet": f"""\
-- pgwright: up = trim({OLD})
ALTER TABLE utilisateurs RENAME COLUMN {OLD} TO {NEW};
""",
    "0002_reference_obligatoire": f"""\
-- pgwright: on_null = {NO_REFERENCE}
ALTER TABLE commandes ALTER COLUMN référence SET NOT NULL;
""",
    "0003_commandes_en_cours": """\
CREATE INDEX commandes_en_cours ON commandes (statut, créee_a DESC) WHERE statut <> 'LIVREE';
""",
}
"""The three changes: file name and text."""
# The lease of a killed runner ends after this many seconds; the next one waits for that and no longer.
SETTINGS = {"heartbeat": 0.5, "lease_timeout": 2.0}
LATENCY = "2s"  # of the throttle: the traffic takes the whole machine, and the demonstration shall end
COMMAND_SECONDS = 120.0
# A shell that holds one end of a pipe: when we are gone, even by SIGKILL, it ends the command, which would otherwise
# go on alone.
_KEEPER = 'read -r _; kill -KILL "$0"'


class Run:
    """One running command of pgwright. A context: leaving it kills what still runs."""

    def __init__(self, project: Project, arguments: tuple[str, ...]) -> None:
        self.command = " ".join(("pgwright", *arguments))
        self._errors = project.folder / "errors.txt"
        output = project.folder / "output.jsonl"
        with output.open("wb") as data, self._errors.open("wb") as narration:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pgwright", *arguments],
                cwd=project.folder,
                env=project.environment,
                stdin=subprocess.DEVNULL,
                stdout=data,
                stderr=narration,
                start_new_session=True,  # Ctrl-C is for us: we end it in order
            )
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, str(self._process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._output = output.open("rb")
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # First the keeper, while nobody else can have the number of the process that it would kill.
        self._keeper.kill()
        with self._keeper:
            self._process.kill()
        self._process.wait()
        self._output.close()

    @property
    def running(self) -> bool:
        """True until the process has ended."""
        return self._process.poll() is None

    def events(self) -> Iterator[dict[str, Any]]:
        """The events of `--format jsonl` that were written since the last call."""
        *lines, self._rest = (self._rest + self._output.read()).split(b"\n")
        for line in lines:
            yield json.loads(line)

    def kill(self) -> None:
        """SIGKILL: it cannot tidy up. Returns when it is gone."""
        self._process.kill()
        self._process.wait()

    def finish(self) -> None:
        """Waits for its end; raises StepFailed with what it said when it did not end well."""
        try:
            code = self._process.wait(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            raise StepFailed(f"`{self.command}` did not end within {COMMAND_SECONDS:.0f} s.") from None
        if code:
            said = self._errors.read_text(encoding="utf-8", errors="replace").strip()
            raise StepFailed(f"`{self.command}` ended with exit code {code}:\n{said}", state="The demonstration ends.")


class Project:
    """A folder with pgwright.toml and the migrations. `dsn` reaches the commands by the environment, so that no
    password shows in a process list."""

    def __init__(self, folder: Path, *, dsn: str) -> None:
        self.folder = folder
        hidden = ("DATABASE_URL", "PGWRIGHT_PROFILE", "PGWRIGHT_DSN")
        inherited = {name: value for name, value in python_environment().items() if name not in hidden}
        self.environment = {**inherited, "PGWRIGHT_DSN": dsn, "PYTHONUNBUFFERED": "1"}
        self.configure()
        migrations = folder / "migrations"
        migrations.mkdir()
        for name, text in MIGRATIONS.items():
            (migrations / f"{name}.sql").write_text(text, encoding="utf-8")

    def configure(self, **execute: float) -> None:
        """Writes pgwright.toml; `execute` are further settings of its section of that name, in seconds."""
        lines = [f"{name} = {value}" for name, value in {**SETTINGS, **execute}.items()]
        lines += ["", "[throttle]", f'latency = "{LATENCY}"']
        (self.folder / "pgwright.toml").write_text("\n".join(["[execute]", *lines, ""]), encoding="utf-8")

    def start(self, *arguments: str) -> Run:
        """Starts `pgwright ARGUMENTS` in the folder."""
        return Run(self, arguments)

    def run(self, *arguments: str) -> None:
        """Runs `pgwright ARGUMENTS` to its end; raises StepFailed when it fails."""
        with self.start(*arguments) as run:
            run.finish()
