"""Statements that people run, as the server remembers them. It reads and judges nothing."""
