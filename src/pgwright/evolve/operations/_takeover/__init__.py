"""A new column takes the place of an old one, with everything that hangs on it: what a rename that changes values and a
change of type have in common.

`replacement` says what is meant, `builder` makes the steps, `side` builds indexes and constraints beside, `bound` knows
what else is touched, `against` what rules it out. A plain rename begins in the same way and ends by the native one.
"""
