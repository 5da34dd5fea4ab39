"""Reads EXPLAIN (FORMAT XML). Its names have "-" where those of JSON have a space or a slash, and its values no type.

A document that declares a type or an entity is refused: the server writes none, and they are how XML reads files and
fills memory. Elements are taken as they come, without a tree and without recursion.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import ParseError, XMLParser

from ....base.errors import QueryPlanError
from ..keys import LISTS, NESTED_LISTS, OBJECT_LISTS, TEXTS, typed
from ..model import QueryPlan, Value
from .json_ import from_values
from .limits import DEEPEST, HINT, too_deep

_DOCUMENT = re.compile(r"<explain\b.*?(?:</explain\s*>|\Z)", re.DOTALL)
_DECLARED = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SPARE = 0xF0000
"""Characters that XML does not know are kept as these: the server writes them as they are, and a reader may refuse."""

_SPELLED = {"One-Time-Filter": "One-Time Filter"}


def read(text: str) -> tuple[tuple[QueryPlan, ...], str]:
    """The plans in `text`, and what stands around them; raises QueryPlanError."""
    if match := _DECLARED.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise QueryPlanError("a plan has no DOCTYPE and no entities of its own.", line=line, hint=HINT)
    values: list[Value] = []
    for match in _DOCUMENT.finditer(text):
        if "</explain" not in match[0][-20:]:
            line = text.rstrip().count("\n") + 1
            raise QueryPlanError("the plan ends in the middle: </explain> is missing.", line=line, hint=HINT)
        values.extend(_queries(match[0], text.count("\n", 0, match.start())))
    return from_values(values), _DOCUMENT.sub("", text)


def _queries(document: str, before: int) -> list[Value]:
    control = _CONTROL.search(document) is not None
    target = _Target(control=control)
    parser = XMLParser(target=target)
    try:
        parser.feed(_CONTROL.sub(lambda match: chr(_SPARE + ord(match[0])), document) if control else document)
        parser.close()
    except ParseError as error:
        line = before + error.position[0]
        raise QueryPlanError(f"this is no valid XML ({error.msg.split(':')[0]}).", line=line, hint=HINT) from error
    return target.queries()


class _Element:
    __slots__ = ("children", "name", "texts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.children: list[tuple[str, Value]] = []
        self.texts: list[str] = []


class _Target:
    """Makes the values that JSON has, while the parser tells what it meets."""

    def __init__(self, *, control: bool) -> None:
        self._stack: list[_Element] = [_Element("")]
        self._control = control

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if len(self._stack) > 2 * DEEPEST + 10:
            raise too_deep()
        self._stack.append(_Element(key(tag.rpartition("}")[2])))

    def data(self, text: str) -> None:
        self._stack[-1].texts.append(text)

    def end(self, _tag: str) -> None:
        element = self._stack.pop()
        value = self._value(element, self._stack[-1])
        if value is not None:
            self._stack[-1].children.append((element.name, value))

    def close(self) -> None:
        """Nothing is left to do."""

    def queries(self) -> list[Value]:
        """An object for each plan of the document."""
        document = dict(self._stack[0].children)["explain"]
        if isinstance(document, list):
            return document
        return [document["Query"]] if isinstance(document, dict) and "Query" in document else [document]

    def _value(self, element: _Element, parent: _Element) -> Value:
        name, children = element.name, element.children
        if name == "explain" and len(children) > 1 and all(child == "Query" for child, _ in children):
            return [value for _, value in children]
        if name in OBJECT_LISTS:
            # 15 to 18 put the counters of a MERGE among its tables
            parent.children.extend(child for child in children if not isinstance(child[1], dict))
            return [value for _, value in children if isinstance(value, dict)]
        if name in LISTS or name in NESTED_LISTS or any(child == "Item" for child, _ in children):
            return [value for _, value in children]
        if name == "Incremental Sort Groups":
            # the tag is the same for both, and the full sorts come first
            seen = any(child == "Full-sort Groups" for child, _ in parent.children)
            parent.children.append(("Pre-sorted Groups" if seen else "Full-sort Groups", _sort_group(children)))
            return None
        if children:
            return dict(children)
        if parent.name in NESTED_LISTS:
            return []
        text = self._text(element)
        if parent.name in (*LISTS, "Settings") or name == "Item":
            return text
        return typed(name, text) if text.strip() or name in TEXTS else {}

    def _text(self, element: _Element) -> str:
        text = "".join(element.texts)
        if self._control:
            text = "".join(chr(ord(each) - _SPARE) if _SPARE <= ord(each) <= _SPARE + 0xFFFF else each for each in text)
        return text


def key(tag: str) -> str:
    """The key of JSON that the server made `tag` of."""
    if tag in _SPELLED:
        return _SPELLED[tag]
    return tag.replace("I-O-", "I/O ").replace("-", " ") if "-" in tag else tag


def _sort_group(children: list[tuple[str, Value]]) -> Value:
    """A group of sorts. Its spaces have one tag too: memory comes first, and disk is what external methods use."""
    group = dict(children)
    spaces = [value for name, value in children if name == "Sort Space"]
    group.pop("Sort Space", None)
    methods = group.get("Sort Methods Used", [])
    only_disk = len(spaces) == 1 and all(method.startswith("external") for method in methods)
    for kind, space in zip(("Disk",) if only_disk else ("Memory", "Disk"), spaces, strict=False):
        group[f"Sort Space {kind}"] = space
    return group
