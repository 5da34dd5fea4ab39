"""Runs plans: the lease, the locks, the steps, the journal. It compiles nothing and prints nothing."""
