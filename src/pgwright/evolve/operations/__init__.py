"""What a migration can say: one file per operation. The planner asks the owner of each action to compile it.

An operation module has `RECOGNISES` (the action keys it owns), `DIRECTIVES` (those it understands),
`compile_(request) -> Compiled`, and a docstring with the fixed headings that `pgwright docs` prints. It decides nothing
about when steps run and runs nothing itself.
"""
