"""Dead letters: the topic beside each input topic, and the headers that say why a record is there.

Key, value and the producer's headers are the refused record's own, so there is no model of the value.
"""

from collections.abc import Mapping
from types import MappingProxyType

SUFFIX = ".dlq"
PREFIX = "__moments.errors."

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "reason": "Why it was refused, one of a fixed list: bad_field, key_unlike_subject, not_json, ...",
        "field": "The field it was refused for, dotted; empty where it is the whole record.",
        "message": "One sentence to the producer: what to do.",
        "topic": "The topic the record was in.",
        "partition": "Its partition, in decimal digits.",
        "offset": "Its offset, in decimal digits.",
        "timestamp": "Its Kafka timestamp, milliseconds in decimal digits.",
    }
)
"""What each header, named with PREFIX before it, says. All are UTF-8 text."""
