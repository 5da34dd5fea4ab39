"""What would the planner do, if …: an index were there or gone, a setting another one, the statement written otherwise?

One question, and several places to ask it (`tier`): a clone with the statistics of the database, HypoPG on the database
itself, or no planner at all but a model of costs. Who asks need not know which one answers; who reads the answer is
always told.
"""
