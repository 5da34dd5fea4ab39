"""Query plans over time: what a query did when it was saved, what it does now, and whether that is worse.

`queries` finds the statements in files, `measured` is a query with its plan and its counts, `baseline` the file that
keeps them, `structure` what a plan is apart from constants and costs, `align` and `compare` say what changed, and
`judge` what of that must stop a deploy. All of it is pure: who asks a server is `api`.
"""
