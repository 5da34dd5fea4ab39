"""What to change so that the whole gets faster or safer: settings, statistics, indexes. Read from catalogs, statistics
and what the machine has; nothing is changed. Every cure is complete SQL.
"""
