"""Vocabulary: errors, events, findings, lock modes, names, and how files are found. Imports nothing of ours."""
