"""What the catalog and the statistics say about the relations of a query plan: asked once, then a frozen value.

A plan that comes as a file has no surroundings, and every sign does without them: it says less then, with less
confidence, and never guesses what only a server could tell.
"""

from .values import Column, ForeignKey, Index, Relation, Surroundings

__all__ = ["Column", "ForeignKey", "Index", "Relation", "Surroundings"]
