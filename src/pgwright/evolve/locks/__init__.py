"""The one source of lock knowledge: what a statement takes (measured, not remembered), and what a backend holds."""
