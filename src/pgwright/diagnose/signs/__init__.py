"""The signs: patterns of a query plan that have a cure. One file each; its stem is its name everywhere.

A sign has `NODES`, the node types that it looks at (empty: it looks at the plan once, and gets the root), and
`look(seen, node)`, which yields what it found as `Sign`s. It is pure: what it knows comes from the plan, its account,
and the surroundings where there are some. Its docstring is its page, under fixed headings: what it is, why it is slow,
cure, disproof, versions, example. `_sign.py` has the shapes, `_seen.py` what a sign may ask, `_cures.py` the SQL.

A sign may name in `EXPLAINS` other signs that it makes superfluous on the same node, because it knows better why.
"""
