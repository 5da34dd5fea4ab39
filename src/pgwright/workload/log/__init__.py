"""Statements out of a server's log, in whatever form it is written, in one pass and in bounded memory.

`lines` opens files, `forms` makes entries of lines, `messages` says what an entry tells, `reading` puts together what
belongs together. It reads statements and their times; plans of auto_explain are read by `diagnose/query_plan`.
"""
