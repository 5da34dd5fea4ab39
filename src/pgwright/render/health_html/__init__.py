"""The health of a database as one HTML file: readable without network and without a script, on paper and a telephone.

`view` makes the values, pure; the template turns them into HTML and decides nothing.
"""

from .page import health_html

__all__ = ["health_html"]
