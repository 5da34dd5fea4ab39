"""A query plan as a value, and the readers of the forms in which it comes: one file per form.

What is read is kept whole (`model`): a key that no rule of ours knows is still there. Nothing here judges.
"""
