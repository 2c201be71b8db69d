"""Of which tenant a dead letter is, as far as its value tells."""

import msgspec

from streams.console.viewer import Viewer
from streams.console.views import DeadLetter


class _Tenanted(msgspec.Struct):
    tenant: str


_read = msgspec.json.Decoder(_Tenanted).decode


def may_read(viewer: Viewer, letter: DeadLetter) -> bool:
    """Whoever sees every tenant may read every letter; others those that name a tenant of theirs. What cannot be read, or
    was cut, may be anybody's."""
    if viewer.tenants is None:
        return True
    try:
        return viewer.sees(_read(letter.value).tenant)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return False
