"""The AsyncAPI 3.0 document: which topics there are, what is in them, and who writes and reads."""

from typing import Any

from schemas.dead_letter import HEADERS, PREFIX, SUFFIX
from schemas.events import TOPICS
from schemas.json_schema import (
    ALERT,
    ASK,
    AUDIT,
    COMMAND,
    FOLLOWED,
    GROUP,
    MUTE,
    NOTICE,
    RECEIPT,
    TOUCHPOINT,
    TRANSITION,
    event_schemas,
    file_of,
)

OWN = {
    "moments.transitions.v1": (TRANSITION, "send", "Every published change of an occurrence."),
    "moments.followed.v1": (FOLLOWED, "send", "Promises and steps of chains as they stand; compacted by id."),
    "moments.alerts.v1": (ALERT, "send", "Each alert as it stands; compacted, the key is the alert's id."),
    "moments.audit.v1": (AUDIT, "send", "Every change of an alert: who, when, what, why. Only appended to."),
    "moments.asks.v1": (ASK, "send", "Every change of an alert and whom it would tell, in the partition of the tenant."),
    "moments.groups.v1": (GROUP, "send", "Several alerts as one: groups, incidents, digests; compacted by id."),
    "moments.mutes.v1": (MUTE, "send", "The mutes in force; compacted, the key is tenant/id."),
    "moments.notices.v1": (NOTICE, "send", "Who is to be told what of which alert."),
    "moments.receipts.v1": (RECEIPT, "send", "What came of each attempt to tell somebody."),
    "moments.commands.v1": (COMMAND, "receive", "What people and machines ask of an alert."),
}
"""The monitor's own topics: what is in them, whether it sends or receives, in words."""

_JSON_SCHEMA = "application/schema+json;version=draft-2020-12"
_CLOUDEVENT = "application/cloudevents+json"


def document(version: str) -> dict[str, Any]:
    """The whole document; `version` is the version of the contract. Payloads refer to the schema files beside it."""
    topics: dict[str, list[str]] = {topic: [] for topic in TOPICS.values()}
    for name in event_schemas():
        topics[TOPICS[name.partition(".")[0]]].append(name)
    channels = {topic: _channel(topic, [name], says) for topic, (name, _, says) in OWN.items()}
    operations = {
        f"{'publish' if action == 'send' else 'read'}{topic.split('.')[1].capitalize()}": _operation(action, topic, says)
        for topic, (_, action, says) in OWN.items()
    }
    for topic, names in topics.items():
        letters = topic + SUFFIX
        stem = topic.partition(".")[0].capitalize()
        channels[topic] = _channel(topic, names, "Events of upstream systems; the key is the subject, in UTF-8.")
        channels[letters] = _channel(letters, ["deadLetter"], f"Records of {topic} that were refused, and why.")
        operations[f"read{stem}"] = _operation("receive", topic, "Judge the moments of the cases.")
        operations[f"bury{stem}"] = _operation("send", letters, "Put aside what breaks the contract.")
    messages = {name: _message(name, _CLOUDEVENT) for names in topics.values() for name in names}
    messages |= {name: _message(name, "application/json") for name, _, _ in OWN.values()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Service-moment monitor",
            "version": version,
            "description": "CloudEvents 1.0 in, structured JSON or binary mode; transitions of service moments out.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": dict(sorted(channels.items())),
        "operations": dict(sorted(operations.items())),
        "components": {"messages": dict(sorted(messages.items())) | {"deadLetter": _dead_letter()}},
    }


def _channel(topic: str, names: list[str], description: str) -> dict[str, Any]:
    return {
        "address": topic,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in sorted(names)},
        "bindings": {"kafka": {"topic": topic}},
    }


def _operation(action: str, topic: str, summary: str) -> dict[str, Any]:
    # a JSON pointer escapes "/" and "~" only, so a topic name stands as it is
    return {"action": action, "channel": {"$ref": f"#/channels/{topic}"}, "summary": summary}


def _message(name: str, content_type: str) -> dict[str, Any]:
    says = "touchpoint.<name>, any name" if name == TOUCHPOINT else name
    return {
        "name": name,
        "title": says,
        "contentType": content_type,
        "payload": {"schemaFormat": _JSON_SCHEMA, "schema": {"$ref": f"./{file_of(name)}"}},
        "bindings": {"kafka": {"key": {"type": "string", "description": "The case."}}},
    }


def _dead_letter() -> dict[str, Any]:
    return {
        "name": "deadLetter",
        "title": "A refused record",
        "contentType": "application/octet-stream",
        "description": "Key, value and headers as the producer sent them, and headers that say why it is here.",
        "headers": {
            "type": "object",
            "required": [PREFIX + name for name in HEADERS],
            "properties": {PREFIX + name: {"type": "string", "description": says} for name, says in HEADERS.items()},
        },
    }
