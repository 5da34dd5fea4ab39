"""The throttle of tests that are about something else: it looks, and a machine that is busy does not hold a pass."""

from __future__ import annotations

from pgwright.config.settings import ThrottleSettings

CALM = ThrottleSettings(latency=60.0)
