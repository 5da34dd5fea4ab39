"""What is wrong with a running database, or will be: one file per check, rates instead of counters, a cure for each.

A check is a query and a pure judgement of its rows (`checks/`), or a `.sql` file that says its finding by itself
(`sql_check`); a DBA's own folder of such files is read like ours. `looking` runs them in read-only transactions with
timeouts, `looks` compares with an earlier look that was kept on this machine.

It refuses to pass over what it cannot see: a check that was not made, or made in part, is listed with the reason and
the grant to give. It never changes anything.
"""
