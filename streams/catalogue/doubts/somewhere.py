"""The places that stores and policies speak of."""

from collections.abc import Iterable

from streams.catalogue.policy import LEVELS, Place, Policies, Table


def places_of(policies: Policies, tables: Iterable[Table]) -> list[Place]:
    """Where the tables' policies hold, and where the declared stores are: a store with its brand, region and tenant."""
    found: dict[Place, None] = {}
    for table in tables:
        for said in table:
            keys = dict(said.level)
            found[tuple(keys.get(name) for name in LEVELS)] = None
    for tenant, store_id, store in policies.stores.all():
        found[tenant, store.brand, store.region, store_id] = None
    # a store that a policy names by itself is where it is declared to be
    known = {place[3] for place in found if place[:3] != (None, None, None)}
    return [place for place in found if place[:3] != (None, None, None) or place[3] not in known]
