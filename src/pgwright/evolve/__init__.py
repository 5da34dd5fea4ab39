"""Changes a live schema: what an author means is compiled into steps, and only `execute` runs them.

Everything that it does to a database stands in the journal first, so that it can be resumed and undone. It takes no
strong lock that the plan did not name, and never works under one.
"""
