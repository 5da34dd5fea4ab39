"""Query plans over time: keep what queries do, see what changed, and stop a deploy that makes one worse."""
