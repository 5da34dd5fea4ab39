"""What the planner knows of the rows, and what it should know: before any index, because a wrong estimate spoils them
all.

`checks` has one file for each thing that can be wrong. Which columns are compared together is taken from the plans of
known statements, and whether they hang together is measured on a sample, only where that was asked for.
"""
