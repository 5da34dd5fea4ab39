"""What a health looks like: as text, as HTML, and for Prometheus."""

from __future__ import annotations

import re
from dataclasses import replace

from pgwright.render.health_html import health_html
from pgwright.render.health_prometheus import health_prometheus
from pgwright.render.health_text import health_text

from .health import EVIL, HEALTH

SAMPLE = re.compile(r'[a-z_]+\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\} -?[0-9.e+]+')


def test_text_has_the_worst_first_and_does_not_write_out_thirty_of_a_kind() -> None:
    text = health_text(HEALTH)
    assert text.index("danger: a_check") < text.index("notice: a_check")
    assert text.count("notice: a_check") == 5
    assert "and 25 more of a_check; --full writes them out." in text
    told = "1 danger, 30 notices. 2 of 6 checks made. 2 findings silenced by the configuration."
    assert told in text.replace("\n", " ")
    assert "those of 2 h ago" in text
    assert "\\x0a" in text
    assert health_text(HEALTH, full=True).count("notice: a_check") == 30


def test_text_says_what_was_not_made_and_how_to_change_it() -> None:
    text = health_text(HEALTH)
    assert "Waiting for a second look:\n  c_check, d_check: One look only.\n" in text
    assert "Not made:\n  b_check: moi may not.\n      GRANT pg_monitor TO moi;\n" in text
    assert "Made in part:\n  e_check: A part.\n      GRANT x TO moi;\n" in text
    assert "Silenced:\n  f_check" in text
    assert text.endswith("\nA note.\n")


def test_nothing_found_is_not_all_is_well() -> None:
    checks = tuple(replace(check, findings=()) for check in HEALTH.checks)
    text = health_text(replace(HEALTH, checks=checks))
    assert "Nothing was found. 2 of 6 checks made." in text
    assert "Not made:" in text


def test_prometheus_is_escaped_and_in_one_order() -> None:
    text = health_prometheus(HEALTH)
    lines = text.splitlines()
    assert all(line.startswith("# ") or SAMPLE.fullmatch(line) for line in lines)
    escaped = EVIL.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    assert f'pgwright_health_finding{{check="a_check",object="{escaped}",severity="danger",' in text
    assert 'pgwright_health_check{check="b_check",state="unmade",database="boutique \\"é\\""} 1' in lines
    assert "# HELP pgwright_health_things Things that\\nare." in lines
    assert "# TYPE pgwright_health_things gauge" in lines
    assert 'pgwright_health_things{of="b",database="boutique \\"é\\""} 0.125' in lines
    assert 'pgwright_health_at_seconds{database="boutique \\"é\\""} 1700000000.5' in lines
    names = [line.split("{")[0] for line in lines if not line.startswith("#")]
    assert [name for name, before in zip(names[1:], names, strict=False) if name != before] == list(
        dict.fromkeys(names[1:])
    )[1:]
    assert text == health_prometheus(HEALTH)
    assert text.endswith("\n")


def test_html_shows_everything_and_runs_nothing() -> None:
    page = health_html(HEALTH)
    assert "<img" not in page
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert page.count("<article") == 31
    assert "10 more of this kind" in page
    assert "GRANT pg_monitor TO moi;" in page
    assert "1 danger" in page
    for word in ("src=", "http://", "https://"):
        assert word not in page.replace("&lt;img src=x", "")


def test_html_of_nothing() -> None:
    page = health_html(replace(HEALTH, checks=(), notes=()))
    assert "Nothing was found." in page
    assert "What was not made stands below." in page
