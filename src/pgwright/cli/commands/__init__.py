"""One file per command; a folder is a group. Each has its click command in `command` and its page in its docstring."""
