"""What typed steps do: one file per action, named as in the step.

`prepare(context) -> Change | None` reads and computes before any lock is held (None: nothing to do), and the runner
runs its statements in one message under the lock, if the table is still what they were prepared from. An action
that has to look at rows has `run(context)` instead and works inside the step's transaction.
"""
