"""One file for each thing that can be wrong with statistics: `look(seen)` yields findings. Pure."""
