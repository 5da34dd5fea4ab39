"""What typed steps do: one file per action, named as in the step. Each has `run(context)`, which changes the database inside
the step's own transaction and may be run again from a savepoint."""
