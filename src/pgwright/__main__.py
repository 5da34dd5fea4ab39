"""`python -m pgwright` is the command `pgwright`."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
