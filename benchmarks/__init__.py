"""Benchmarks: each prints ratios against what one would do without pgwright, so that they hold on any machine."""
