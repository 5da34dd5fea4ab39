"""What the throttle reads: one file each, named like its limit in `[throttle]`. They read; they decide nothing."""
