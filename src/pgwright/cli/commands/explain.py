"""Explain a query plan: where every millisecond went, what is wrong, and the SQL that cures it.

FILE is a plan as EXPLAIN or auto_explain writes it (JSON, YAML, XML or text, PostgreSQL 9.6 to 18), or one SQL
statement; `-` and a pipe are standard input. A plan is only read. A statement is run on the server by EXPLAIN ANALYZE,
in a read-only transaction with a timeout that is rolled back; --plain does not run it.

Parameters of a statement ($1, $2, …) take the values of --param, in order. Without any, up to three sets of values are
drawn from pg_stats, a common, a typical and a rare one, and the slowest is shown.

With --try each cure is tried, and one that does not help is withheld, with both figures: the statement is run again
with each setting that is proposed, and planned with each index, each rewritten statement and statistics of columns
together on a clone. That is a private server on this machine with the schema, the statistics and the file sizes of the
database, and no rows. For statistics, and for an index on an expression that the planner knows nothing of, a sample of
the columns that they read is drawn, but of none that is named in `[clone] blank`.

Example:
    pgwright explain -c "SELECT * FROM commandes WHERE statut = 'EN_ATTENTE'"
    pgwright explain slow.sql --param 42 --html slow.html
    psql -XqAt -f slow-explained.sql | pgwright explain
    pgwright explain /var/log/postgresql/postgresql.log --format json
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from ...base.errors import UsageError
from ..failing import failing, worst
from ..folder import Command
from ..options import Invocation, connecting, seconds
from ..output import write_file

if TYPE_CHECKING:
    from ...diagnose.explanation import Explanation

_LARGEST = 200_000_000  # bytes of a file


@click.command(cls=Command)
@click.argument("file", required=False, metavar="[FILE]")
@click.option("-c", "--command", "statement", metavar="SQL", help="The statement to explain.")
@click.option("--param", "params", multiple=True, metavar="VALUE",
              help="The value of $1, then of $2, …; a type may follow: '30 days::interval'.")  # fmt: skip
@click.option("--plain", is_flag=True, help="Do not run the statement: the planner's expectations only.")
@click.option("--execute-writes", is_flag=True, help="Run a statement that writes, and roll it back.")
@click.option("--timeout", callback=seconds, default="60s", show_default=True, metavar="DURATION",
              help="How long the statement may run.")  # fmt: skip
@click.option("--try", "trials", is_flag=True, help="Try the cures: settings in a session, all else on a clone.")
@click.option("--tier", type=click.Choice(["clone", "hypopg", "model"]),
              help="Where --try tries indexes; without it the first of these that there is.")  # fmt: skip
@click.option("--with-catalog", is_flag=True, help="Ask the server about the tables of a saved plan.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE",
              help="Write the plan as one page that needs no network.")  # fmt: skip
@click.option("--full", is_flag=True, help="Show every node, also of a large plan.")
@failing("never")
@connecting("text", "json")
def command(
    invocation: Invocation,
    file: str | None,
    statement: str | None,
    params: tuple[str, ...],
    plain: bool,
    execute_writes: bool,
    timeout: float,
    trials: bool,
    tier: str | None,
    with_catalog: bool,
    html: Path | None,
    full: bool,
    fail_on: str,
) -> int:
    """Explain a plan or a statement; return 1 when `--fail-on` says so."""
    from ...api.explain import How, explain

    if tier and not trials:
        raise UsageError("--tier says where --try tries indexes: give both.")
    source, name = _source(file, statement)
    how = How(
        analyze=not plain,
        writes=execute_writes,
        timeout_ms=round(timeout * 1000),
        params=params,
        trials=trials,
        tier=tier or "",
        catalog=with_catalog,
    )
    explanation = explain(invocation.settings(), source, how=how, file=name)
    if html is not None:
        _write(invocation, explanation, html, title=file or "")
    _show(invocation, explanation, full=full)
    return worst(explanation.first.diagnosis.findings, fail_on)


def _show(invocation: Invocation, explanation: Explanation, *, full: bool) -> None:
    """Writes the explanation to stdout."""
    output = invocation.output
    if invocation.json:
        from ...render.explain_json import explain_document

        output.document(explain_document(explanation))
        return
    from ...render.explain_text import explain_text

    unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "").startswith("utf")
    output.data(explain_text(explanation, columns=output.columns, style=output.style, unicode=unicode, full=full))


def _write(invocation: Invocation, explanation: Explanation, path: Path, *, title: str) -> None:
    """Writes the page."""
    from ...render.query_plan_html import query_plan_html

    write_file(path, query_plan_html(explanation.first.diagnosis, title=title, trials=explanation.trials))
    invocation.output.narrate(f"The page was written to {path}.")


def _source(file: str | None, statement: str | None) -> tuple[str, str]:
    """The text to explain, and where it is from."""
    if statement is not None:
        if file is not None:
            raise UsageError("Both a FILE and -c were given, and one is needed.")
        return statement, "-c"
    if file is None and sys.stdin.isatty():
        raise UsageError("Nothing to explain.", hint="Give a FILE, -c 'SELECT …', or a plan on standard input.")
    if file is None or file == "-":
        return _decoded(sys.stdin.buffer.read(_LARGEST + 1), "standard input"), "standard input"
    path = Path(file)
    try:
        with path.open("rb") as stream:
            return _decoded(stream.read(_LARGEST + 1), str(path)), str(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}.") from error


def _decoded(data: bytes, name: str) -> str:
    if len(data) > _LARGEST:
        raise UsageError(
            f"{name}: larger than {_LARGEST // 1_000_000} MB.", hint="Cut the part with the plan out of it."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode("utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data.decode("latin-1")
        except UnicodeDecodeError as error:
            raise UsageError(f"{name}: this is no text.") from error
