"""The checks: one file each. A `.py` has its query in the `.sql` of its name; a `.sql` alone is a check by itself."""
