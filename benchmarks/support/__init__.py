"""What the benchmarks share: servers, a load with intended start times, runners in processes of their own, reports.

Nothing here measures a promise; that is what the scripts beside this folder do.
"""
