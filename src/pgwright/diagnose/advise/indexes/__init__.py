"""Which indexes make a workload cheapest within a budget, and which of those that are there it can do without."""
