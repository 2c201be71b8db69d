"""Events that break the contract, one of each kind in turn: the monitor must refuse them by name and go on."""

import json

from streams.clock import HOUR, rfc3339
from streams.demo.events import ORDERS, CloudEvent
from streams.demo.world import TENANT
from streams.ingest.event import Reason

KINDS = (
    Reason.NOT_JSON,
    Reason.TIME_WITHOUT_OFFSET,
    Reason.UNKNOWN_TYPE,
    Reason.MISSING_FIELD,
    Reason.KEY_UNLIKE_SUBJECT,
    Reason.BAD_FIELD,
    Reason.FROM_THE_FUTURE,
)

TOPIC = ORDERS


def malformed(number: int, at: int, tenant: str = TENANT) -> tuple[Reason, bytes, bytes]:
    """The number-th bad event, as if sent at that instant: why it must be refused, its key and its value."""
    reason = KINDS[number % len(KINDS)]
    case = f"bad-{number}"
    event: CloudEvent = {
        "specversion": "1.0",
        "id": f"{case}.order.placed",
        "source": "/pos/broken",
        "type": "order.placed",
        "time": rfc3339(at),
        "subject": case,
        "tenant": tenant,
        "region": "nowhere",
        "datacontenttype": "application/json",
        "data": {"order_id": case},
    }
    key = case.encode()
    match reason:
        case Reason.NOT_JSON:
            return reason, key, json.dumps(event).encode()[:-20]
        case Reason.TIME_WITHOUT_OFFSET:
            event["time"] = rfc3339(at).removesuffix("Z")
        case Reason.UNKNOWN_TYPE:
            event["type"] = "order.teleported"
        case Reason.MISSING_FIELD:
            del event["tenant"]
        case Reason.KEY_UNLIKE_SUBJECT:
            key = b"another-case"
        case Reason.BAD_FIELD:
            event["data"] = {"order_id": case, "promised_at": "in a moment"}
        case Reason.FROM_THE_FUTURE:
            event["time"] = rfc3339(at + 2 * HOUR)
    return reason, key, json.dumps(event).encode()
