"""One file for each family of settings: `advise(situation)` yields what is said about each of them. Pure."""
