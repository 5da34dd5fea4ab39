"""What a benchmark returns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """`ours` beside `theirs`, both in `unit`; kept when ours / theirs is at least `least` or at most `most`."""

    name: str
    unit: str
    ours: float
    theirs: float
    against: str
    least: float | None = None
    most: float | None = None

    @property
    def value(self) -> float:
        """Ours / theirs."""
        return self.ours / self.theirs

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    @property
    def line(self) -> str:
        """One line for people."""
        promise = f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"
        mark = "ok" if self.kept else "BROKEN"
        figures = f"{self.ours:,.1f} {self.unit} against {self.theirs:,.1f} of {self.against}"
        return f"{mark:6} {self.name}: {self.value:.2f}x ({promise}): {figures}"
