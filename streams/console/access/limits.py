"""How often: buckets of tokens for requests, and a delay that grows with wrong passwords."""

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple, TypeVar

from streams.clock import HOUR, MINUTE, SECOND

K = TypeVar("K")
_MOST = 20_000


class Rate(NamedTuple):
    """So many at once, and so many a second from then on."""

    burst: int
    per_second: float


class Limits(NamedTuple):
    """What one address, and one viewer, may do. Many people may share an address, so it has the wider bounds."""

    address: Rate = Rate(4000, 400)
    viewer: Rate = Rate(600, 60)
    changes_by_address: Rate = Rate(240, 8)
    changes_by_viewer: Rate = Rate(60, 2)
    sign_in: Rate = Rate(20, 0.2)
    """Passwords, tokens that are not valid, and OpenID sign-ins begun, from one address."""
    at_once: int = 500
    """Requests of one viewer (of one address where nobody is known) that are being answered, streams among them."""


class Buckets:
    """One bucket for each key. The keys used longest ago are forgotten beyond 20,000."""

    def __init__(self, rate: Rate, clock: Callable[[], int]) -> None:
        self._rate = rate
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str) -> int:
        """Take one. 0 where there was one, else the seconds until there is."""
        now = self._clock()
        level, at = self._levels.pop(key, (float(self._rate.burst), now))
        level = min(self._rate.burst, level + max(0, now - at) / SECOND * self._rate.per_second)
        wait = 0 if level >= 1 else int((1 - level) / self._rate.per_second) + 1
        self._levels[key] = (level if wait else level - 1, now)
        if len(self._levels) > _MOST:
            self._levels.popitem(last=False)
        return wait


class _Failures(NamedTuple):
    times: int
    last: int


class Patience:
    """Slows down guessing at the password of one user.

    From one address: after FREE wrong passwords each next try has to wait, twice as long each time up to LONGEST. From
    everywhere: under many wrong passwords the answer to those from addresses that the user never signed in from comes
    later, by SLOW at the most. So nobody can lock anybody out from another address: the worst is that delay.
    """

    FREE = 4
    LONGEST = 15 * MINUTE
    FORGET = 1 * HOUR
    MANY = 20
    SLOW = 3.0

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._here: OrderedDict[tuple[str, str], _Failures] = OrderedDict()
        self._everywhere: OrderedDict[str, _Failures] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def wait(self, user: str, address: str) -> int:
        """Seconds until this user may try again from this address; 0: now."""
        failures = self._recent(self._here, (user, address))
        if failures is None or failures.times < self.FREE:
            return 0
        span = min(self.LONGEST, SECOND << min(30, failures.times - self.FREE))
        left = failures.last + span - self._clock()
        return max(0, -(-left // SECOND))

    def drag(self, user: str, address: str) -> float:
        """Seconds that the answer is to be held back."""
        failures = self._recent(self._everywhere, user)
        if failures is None or failures.times < self.MANY or (user, address) in self._known:
            return 0.0
        return min(self.SLOW, 0.1 * (failures.times - self.MANY + 1))

    def failed(self, user: str, address: str) -> None:
        """Note a wrong password, or one that is about to be checked."""
        self._count(self._here, (user, address))
        self._count(self._everywhere, user)

    def succeeded(self, user: str, address: str) -> None:
        """Note a right one: this address is forgiven, and known from now on."""
        self._here.pop((user, address), None)
        if (failures := self._everywhere.get(user)) is not None:  # this try was noted before it was known to be right
            self._everywhere[user] = failures._replace(times=failures.times - 1)
        self._known[(user, address)] = None
        self._known.move_to_end((user, address))
        if len(self._known) > _MOST:
            self._known.popitem(last=False)

    def _recent(self, failures: "OrderedDict[K, _Failures]", key: K) -> _Failures | None:
        found = failures.get(key)
        return None if found is None or self._clock() - found.last > self.FORGET else found

    def _count(self, failures: "OrderedDict[K, _Failures]", key: K) -> None:
        before = self._recent(failures, key)
        failures[key] = _Failures((before.times if before else 0) + 1, self._clock())
        failures.move_to_end(key)
        if len(failures) > _MOST:
            failures.popitem(last=False)


def household(address: str) -> str:
    """The address as far as one party holds it: of IPv6 the network of 64 bits, since each has all of that."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"
