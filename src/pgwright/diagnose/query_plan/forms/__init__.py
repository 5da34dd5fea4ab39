"""The forms in which the server writes a query plan: one file or folder each, with a function `read` that gives all
plans in what it is given, and the rest of that. Beside them is what is common: frames, limits, when a plan is whole.
"""
