"""What a step is: the smallest thing that runs, serialisable, with its locks, its undo and its conditions.

Values only. How a step is run is `execute`'s, and which steps there are is decided by operations.
"""
