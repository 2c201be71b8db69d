"""A shop with stores of two brands in two regions, and another that has no policies of its own beside an organisation."""

import json
from typing import Any

from streams.catalogue.compile import Compiled
from streams.catalogue.load import compile_texts

SHOP = """
name: shop
calendars:
  desk: {weekly: {mon-sun: ["08:00-20:00"]}}
  mall: {weekly: {mon-sun: ["10:00-22:00"]}}
  night: {weekly: {mon-sun: ["22:00-06:00"]}}
stores:
  s1: {brand: fresh, region: east}
  s2: {brand: fresh, region: west}
  s3: {brand: old, region: east}
moments:
  - id: ticket.reply
    title: {zh: 回复, en: Reply}
    stage: after_sales
    owner: desk
    severity: medium
    starts: ticket.opened
    ends: ticket.replied
    deadline: 10m
    calendar: desk
"""
ORGANISATION = """
tenant: acme
fallback: {people: [ann]}
people: [{id: ann, name: Ann, contacts: [{receiver: mail}]}]
regions: [{id: east}]
areas: [{id: e1, region: east}]
stores:
  - {id: s7, brand: fresh, area: e1, time_zone: Asia/Tokyo, hours: {mon-sun: ["08:00-20:00"]}}
  - {id: s8, hours: {"mon-fri": ["09:00-12:00", "13:00-18:00"]}}
"""
PLAIN = """
name: plain
moments:
  - id: order.confirm
    title: {zh: 接单, en: Accept}
    stage: execution
    owner: desk
    severity: medium
    starts: order.placed
    ends: order.accepted
    deadline: 3m
"""


def compiled(*policies: list[dict[str, Any]]) -> Compiled:
    """The catalogue with these policies, the first list in its own file and each further one in another."""
    first, *others = policies
    texts = [("shop.yaml", f"{SHOP}policies: {json.dumps(first)}\n")]
    texts += [(f"more{n}.yaml", f"name: more{n}\npolicies: {json.dumps(more)}\n") for n, more in enumerate(others)]
    return compile_texts(texts)
