"""Which indexes could serve what a statement asks of a table: one rule a file, found by its name.

A rule has `propose(access)`, which gives candidates and judges nothing: the planner does that. What a rule gives too
much costs a few milliseconds, what it does not give is never advised.
"""
