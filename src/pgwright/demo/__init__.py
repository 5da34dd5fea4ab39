"""The demonstration: a shop with live applications, and one change made to it twice, by hand and by pgwright.

It measures what the applications notice and proves that no row is lost. It uses pgwright as a user would, by its
command and its public verbs, and knows nothing of how the engine works. It never touches a database that holds
something else.
"""
