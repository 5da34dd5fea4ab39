"""One file per verb: what the command line and scripts call.

Each function takes Settings first, gives frozen values back and tells what it does to one `on_event` callback. None
prints, asks or reads the environment: consent comes in as data.
"""
