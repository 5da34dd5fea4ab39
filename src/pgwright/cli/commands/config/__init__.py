"""The settings in force and where each came from."""
