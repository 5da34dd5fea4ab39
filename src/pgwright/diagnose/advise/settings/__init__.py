"""Settings against the hardware, the workload and what the server has counted; and autovacuum table by table.

`families` has one file for each family of settings. What is fine already is said to be fine, and what cannot be judged
(the machine is not known, nothing was counted) is said not to be: nothing is guessed in silence.
"""
