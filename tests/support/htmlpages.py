"""Diagnoses of plans written by hand, for tests of the page that shows them; and a strict reader of its HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from pgwright.base.finding import Evidence, Finding, Severity, Trial
from pgwright.diagnose.accounting.account import account
from pgwright.diagnose.diagnosis import Diagnosis, Found
from pgwright.diagnose.explanation import Tried
from pgwright.diagnose.query_plan.forms.json_ import from_value
from pgwright.diagnose.query_plan.model import QueryPlan
from pgwright.diagnose.signs._sign import Cure, CureKind

HOSTILE = "</script></style></title><img src=x onerror=window.hacked=1><svg onload=window.hacked=1>\"'&amp;"
VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


def node(kind: str, total: float, *children: dict[str, Any], first: float = 0.01, rows: float = 10, **keys: Any) -> Any:
    """A node as JSON, executed and timed; `keys` are more of its keys, with `_` for spaces."""
    named = {key.replace("_", " "): value for key, value in keys.items()}
    return {
        "Node Type": kind,
        "Parent Relationship": "Outer",
        "Total Cost": total * 100,
        "Plan Rows": 10,
        "Actual Startup Time": first,
        "Actual Total Time": total,
        "Actual Rows": rows,
        "Actual Loops": 1,
        "Shared Hit Blocks": 7,
        "Shared Read Blocks": 0,
        "Temp Read Blocks": 0,
        **named,
        **({"Plans": list(children)} if children else {}),
    }


def diagnosis(root: Any, *found: Found, query: str = "SELECT 1", **beside: Any) -> Diagnosis:
    """The diagnosis of a plan; `beside` are keys of the top level."""
    named = {key.replace("_", " "): value for key, value in beside.items()}
    plan = from_value({"Plan": root, **named})
    plan = QueryPlan(root=plan.root, properties=plan.properties, query=query)
    return Diagnosis(account=account(plan), found=found)


def found(
    *paths: str, share: float = 0.4, cure: str = "CREATE INDEX ON orders (status);", text: str = "It reads much."
) -> Found:
    """A finding of a sign on these nodes."""
    finding = Finding(
        kind="sign",
        name="seq_scan_discards_rows",
        object="orders" if text != HOSTILE else HOSTILE,
        severity=Severity.DANGER,
        location=paths[0],
        evidence=Evidence(
            text=text, share=share, confidence="measured", fields={"Filter": text, "Actual Rows": 3.0}, disproof=text
        ),
        why=text,
        cure_sql=cure,
    )
    kind = CureKind.MIGRATION if cure else CureKind.NONE
    return Found(finding=finding, paths=paths, share=share, cure=Cure(kind=kind, sql=cure))


def trials(subject: Diagnosis) -> tuple[Tried, ...]:
    """A trial of the first finding, if there is one."""
    after = diagnosis(
        node("Index Scan", 3.0, Relation_Name="orders", Index_Name="orders_status_idx"), Execution_Time=3.1
    )
    trial = Trial(tier="clone", unit="ms", before=100.0, after=3.1)
    return (Tried(finding=0, diagnosis=after, trial=trial),) if subject.found else ()


def _joined() -> Diagnosis:
    scan = node("Seq Scan", 60.0, Relation_Name="orders", Alias="o", Filter="(status = 'x'::text)", rows=4000)
    customers = node("Seq Scan", 10.0, Relation_Name="customers", Schema="sales", Alias="c")
    hashed = node("Hash", 12.0, customers, first=12.0, Parent_Relationship="Inner")
    join = node("Hash Join", 95.0, scan, hashed, first=12.1, Hash_Cond="(o.customer_id = c.id)", Join_Type="Left")
    root = node("Sort", 98.0, join, first=97.0, Sort_Key=["o.at DESC"], Sort_Method="external merge")
    beside: dict[str, Any] = {"Planning Time": 0.5, "Settings": {"work_mem": "64kB"}, "JIT": {"Functions": 3}}
    return diagnosis(root, found("0.0.0"), found("0", share=0.03, cure=""), Execution_Time=98.3, **beside)


def _with() -> Diagnosis:
    scan = node("Seq Scan", 20.0, Relation_Name="t")
    cte = node("Aggregate", 30.0, scan, Subplan_Name="CTE big", Parent_Relationship="InitPlan", Strategy="Hashed")
    first = node("CTE Scan", 32.0, CTE_Name="big", Alias="a")
    second = node("CTE Scan", 16.0, CTE_Name="big", Alias="b", Parent_Relationship="Inner")
    never = node("Result", 0.0, Actual_Loops=0, Actual_Rows=0, Parent_Relationship="SubPlan", Subplan_Name="SubPlan 3")
    loop = node("Nested Loop", 50.0, cte, first, second, never, Join_Type="Inner")
    return diagnosis(loop, Execution_Time=50.2, Planning_Time=1.0)


def _parallel() -> Diagnosis:
    workers = [
        {"Worker Number": number, "Actual Startup Time": 0.1, "Actual Total Time": 9.0 + number, "Actual Rows": 5}
        | {"Actual Loops": 1}
        for number in range(2)
    ]
    scan = node("Seq Scan", 10.0, Relation_Name="t", Parallel_Aware=True, Actual_Loops=3, Workers=workers)
    return diagnosis(node("Gather", 14.0, scan, Workers_Planned=2, Workers_Launched=2), Execution_Time=14.1)


def _write() -> Diagnosis:
    fired = [
        {"Trigger Name": "mirror", "Relation": "t", "Time": 40.0, "Calls": 50},
        {"Constraint Name": "t_fk", "Trigger Name": "RI_1", "Relation": "t", "Time": 5.0, "Calls": 50},
    ]
    root = node("ModifyTable", 50.0, node("Result", 0.2), Operation="Insert", Relation_Name="t", rows=0)
    return diagnosis(root, Triggers=fired, Execution_Time=95.3)


def _untimed() -> Diagnosis:
    root = node("Limit", 5.0, node("Seq Scan", 5.0, Relation_Name="t"))
    for each in (root, *root["Plans"]):
        del each["Actual Total Time"], each["Actual Startup Time"]
    return diagnosis(root)


def _estimated() -> Diagnosis:
    root = {"Node Type": "Sort", "Total Cost": 90.0, "Plan Rows": 5, "Sort Key": ["a"]}
    return diagnosis(root | {"Plans": [{"Node Type": "Seq Scan", "Total Cost": 70.0, "Plan Rows": 5}]})


def _hostile() -> Diagnosis:
    keys = ("Relation Name", "Schema", "Alias", "Index Name", "Filter", "Subplan Name", "Sort Method", HOSTILE)
    scan = node("Index Scan", 50.0, Output=[HOSTILE]) | dict.fromkeys(keys, HOSTILE)
    worker = {"Worker Number": 0, "Actual Total Time": 4.0, "Actual Loops": 1, HOSTILE: HOSTILE}
    root = node(f"Sort {HOSTILE}", 60.0, scan, Sort_Key=[HOSTILE], Workers=[worker])
    fired = [{"Trigger Name": HOSTILE, "Relation": HOSTILE, "Time": 5.0, "Calls": 1}]
    said = found("0.0", cure=f"SELECT '{HOSTILE}';", text=HOSTILE)
    beside = {"Settings": {HOSTILE: HOSTILE}, HOSTILE: HOSTILE}
    return diagnosis(root, said, query=f"SELECT '{HOSTILE}'", Triggers=fired, Execution_Time=65.3, **beside)


def _deep() -> Diagnosis:
    root = node("Seq Scan", 1.0, Relation_Name="a_rather_long_name_of_a_table_that_goes_on_and_on_until_it_ends_here")
    for level in range(60):
        root = node("Subquery Scan", 1.0 + level, root, Alias="s")
    return diagnosis(root, Execution_Time=61.0, query="SELECT " + "x" * 300)


DIAGNOSES: Mapping[str, Diagnosis] = {
    "joined": _joined(),
    "with": _with(),
    "parallel": _parallel(),
    "write": _write(),
    "untimed": _untimed(),
    "estimated": _estimated(),
    "hostile": _hostile(),
    "deep": _deep(),
    "single": diagnosis(node("Result", 0.001, rows=1), Execution_Time=0.02),
    "nothing": diagnosis({"Node Type": "Result"}, query=""),
}


class Strict(HTMLParser):
    """Reads a page and refuses what is not closed, comes twice, leads nowhere, or comes from elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.handlers: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            text = value or ""
            if name == "id":
                self.ids.append(text)
            elif name in ("href", "src") and text.startswith("#"):
                self.links.append(text[1:])
            elif name in ("href", "src", "srcset", "data", "action", "xlink:href", "style") and text != "data:,":
                self.outside.append(f"{name}={text}")
            elif name.startswith("on"):
                self.handlers.append(name)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> stands where {self.open[-3:]} are open"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All text of the page."""
        return "".join(self.texts)
