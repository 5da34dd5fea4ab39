"""What holds a backfill back: the limits, and how to change them while it runs."""
