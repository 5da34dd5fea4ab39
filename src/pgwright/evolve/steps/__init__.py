"""TODO: why this room exists and what it refuses to do."""
