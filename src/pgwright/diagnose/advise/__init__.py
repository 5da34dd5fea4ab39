"""What to change so that the whole gets faster or safer: indexes, statistics, settings. Read from catalogs, statistics,
workloads and what the machine has; nothing is changed. Every cure is complete SQL, and what could be tried was.
"""
