"""The forms in which the server writes a query plan: one file each, with a function `read(text) -> QueryPlan`."""
