"""Reads migration files and compiles them against a live catalog into one ordered plan.

It reads the database and never changes it. What cannot be done without stopping the application is refused here,
before anything is touched.
"""
