"""Where the time of a query went: every millisecond at exactly one place.

EXPLAIN mixes averages of a loop with totals, counts what several processes did at once as if one had done it, and
lists parts of a query under nodes that do not run them. `account` undoes all three. What belongs to nobody (the start
and the end of the executor) is told as such.
"""
