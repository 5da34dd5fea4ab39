"""Turns values into text, JSON and schemas. Pure functions: nothing here prints, connects or decides.

A renderer takes frozen values and returns a string or plain JSON data; who prints it is `cli`. Text is made for
80 columns, means nothing by colour alone, and never shortens a fact.
"""
