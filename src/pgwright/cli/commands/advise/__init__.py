"""Say what to change so that the whole gets faster or safer, with complete SQL."""
