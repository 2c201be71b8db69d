"""What `moments explain --policy` prints: the levels above a store, what each says of a moment, and what counts."""

import json

from streams.catalogue.compile import Compiled
from streams.catalogue.place import nearest
from streams.catalogue.policy import LEVELS
from streams.catalogue.policy_chain import chain, place_of
from streams.errors import OperatorError


def show(store: str, moment: str, tenant: str | None, rules: Compiled, as_json: bool) -> None:
    """Print the chain. OperatorError where there is no such moment."""
    policies = rules.policies
    if moment not in policies.entries:
        known = ", ".join(policies.entries)
        raise OperatorError(f"there is no moment '{moment}'{nearest(moment, policies.entries, f'there are {known}')}")
    place = place_of(policies, store, tenant)
    found = chain(policies, moment, place)
    if as_json:
        for field, words in found:
            levels = [word._asdict() for word in words]
            print(json.dumps({"moment": moment, "store": store, "field": field, "levels": levels}, ensure_ascii=False))
        return
    whole = [f"{name} {value}" for name, value in zip(LEVELS, place, strict=True) if value is not None]
    print(f"{moment} at {', '.join(reversed(whole))}; catalogue {rules.version}")
    unknown = [name for name, value in zip(LEVELS, place, strict=True) if value is None]
    if unknown:
        print(f"not known of this store: its {', its '.join(reversed(unknown))}")
    wide = max(len(word.who) for _, words in found for word in words)
    for field, words in found:
        print(f"\n{field}")
        for word in words:
            said = "-" if word.says is None else word.says
            print(f"  {word.who:{wide}}  {said}{'  (counts)' if word.counts else ''}")
