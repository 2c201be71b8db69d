"""A line of the audit as the stages write it, in the form of schemas.alert.AuditLine."""

from typing import Any

from schemas.alert import MONITOR, State, What
from streams.clock import rfc3339


def audit_line(
    now: int,
    what: What,
    why: str,
    *,
    alert: str,
    version: int,
    tenant: str,
    case: str = "",
    moment: str = "",
    before: State | None = None,
    after: State | None = None,
    by: str = MONITOR,
    command: str | None = None,
) -> dict[str, Any]:
    """The line at the instant `now`. `alert` is the id of what it is about, which may be a mute or a group."""
    return {
        "alert": alert,
        "version": version,
        "tenant": tenant,
        "case": case,
        "moment": moment,
        "at": rfc3339(now),
        "by": by,
        "what": what,
        "before": before,
        "after": after,
        "why": why,
        "command": command,
    }
