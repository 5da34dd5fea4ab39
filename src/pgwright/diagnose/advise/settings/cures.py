"""The statements that change settings, and for managed services what to enter there."""

from __future__ import annotations

from ....sql.quote import literal
from .situation import Advice, Situation


def cure(situation: Situation, advice: Advice) -> str:
    """ALTER SYSTEM with what makes it hold, or a comment with the setting where ALTER SYSTEM is not possible."""
    name, value = advice.setting.name, advice.proposed
    if situation.provider:
        return f"-- {situation.provider} has no ALTER SYSTEM; in its settings of the server: {name} = {value}"
    if situation.text("allow_alter_system") == "off":
        return f"-- allow_alter_system is off; in the server's configuration: {name} = {value}"
    # shared_preload_libraries is a list: one string would be one name (14 to 18)
    quoted = ", ".join(map(literal, value.split(", "))) if name == "shared_preload_libraries" else literal(value)
    statement = f"ALTER SYSTEM SET {name} = {quoted};"
    if advice.setting.takes_effect == "restart":
        return f"{statement}\n-- then restart the server"
    return f"{statement}\nSELECT pg_catalog.pg_reload_conf();"
