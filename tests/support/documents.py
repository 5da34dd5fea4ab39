"""A table of documents, and a condition on what is in them: of that the planner knows nothing before an index is there.
It guesses that one row in 200 has a value, and takes a user for 100 times as busy as he is."""

from __future__ import annotations

from tests.support.databases import Database

_SCRIPT = """
CREATE TABLE documents (id int PRIMARY KEY, doc jsonb NOT NULL);
INSERT INTO documents
SELECT n, jsonb_build_object('user', 'u' || n % 20000, 'note', repeat('y', 200)) FROM generate_series(1, 100000) n;
"""
OF_A_USER = "SELECT * FROM documents WHERE doc ->> 'user' = 'u77'"


def with_documents(database: Database) -> None:
    """Makes the table, and its statistics."""
    database.run(_SCRIPT)
    database.run("VACUUM ANALYZE documents")


def cost(database: Database) -> float:
    """What the planner says that it takes to find those of a user, once an ANALYZE has seen an index."""
    database.run("ANALYZE documents")
    return float(database.one(f"EXPLAIN (FORMAT JSON) {OF_A_USER}")[0]["Plan"]["Total Cost"])
