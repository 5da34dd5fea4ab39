"""A diagnosed query plan as one HTML file: readable without JavaScript and network, on paper, and on a telephone.

Each module makes the values of one part of the page (`head`, `findings`, `tree`, `flame`, `timeline`, `beside`,
`tried`), all of them pure; `templates` turn them into HTML and decide nothing. `page` puts them together.
"""

from .page import query_plan_html

__all__ = ["query_plan_html"]
