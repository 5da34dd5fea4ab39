"""What would make the whole workload cheaper: indexes, statistics, settings. Each piece of advice was tried first.

This room reads workloads and asks planners; it changes nothing. What it advises is a migration, which `evolve` makes.
"""
