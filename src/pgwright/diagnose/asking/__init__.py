"""Asks a server for the plan of a statement, in a transaction that changes nothing and is rolled back."""
