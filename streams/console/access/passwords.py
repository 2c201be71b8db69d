"""Passwords: hashed with argon2id, checked with the same effort whether or not there is such a user."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from streams.console.access.accounts import normal

LONGEST = 1024
"""Bytes of a password. Hashing takes no longer for a long one, but reading and composing it does."""
SHORTEST = 10
"""Characters of a new password."""


_HASHER = PasswordHasher()


def hash_password(password: str, hasher: PasswordHasher = _HASHER) -> str:
    """What the accounts file keeps of a password."""
    return hasher.hash(normal(password))


class BusyError(Exception):
    """So many passwords wait to be checked that this one would wait for too long."""


class Passwords:
    """Hashes and checks, each on a thread and two at a time: argon2 means to be slow and to take 64 MiB."""

    def __init__(self, hasher: PasswordHasher | None = None, at_once: int = 2, waiting: int = 64) -> None:
        """`waiting`: how many may be checked or wait for it before BusyError."""
        self._hasher = hasher or _HASHER
        self._free = asyncio.Semaphore(at_once)
        self._waiting, self._most = 0, waiting
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))

    def outdated(self, hashed: str) -> bool:
        """Whether a hash was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(hashed)

    async def check(self, hashed: str | None, password: str) -> bool:
        """Whether this is the password; `hashed` None is nobody's and takes as long. BusyError under a flood.

        A password longer than LONGEST is wrong without a look, whoever's it is.
        """
        text = normal(password[: LONGEST + 1])
        if len(password) > LONGEST or len(text.encode(errors="replace")) > LONGEST:
            return False
        if self._waiting >= self._most:
            raise BusyError
        self._waiting += 1
        try:
            async with self._free:
                fits = await asyncio.to_thread(self._verify, self._nobody if hashed is None else hashed, text)
        finally:
            self._waiting -= 1
        return fits and hashed is not None

    async def rehash(self, password: str) -> str:
        """The hash by the present parameters, made on a thread."""
        async with self._free:
            return await asyncio.to_thread(hash_password, password, self._hasher)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password.encode(errors="replace"))
        except (VerificationError, InvalidHashError):  # a mismatch is a VerificationError
            return False


def judge_new(password: str) -> str | None:
    """What is wrong with a new password, None where nothing is. Length is what counts; no rules on characters."""
    if len(password) < SHORTEST:
        return f"a password has {SHORTEST} characters at least"
    if len(normal(password).encode(errors="replace")) > LONGEST:
        return f"a password has {LONGEST} bytes at most"
    if any(ord(letter) < 0x20 or 0xD800 <= ord(letter) < 0xE000 for letter in password):
        return "a password has no control characters"
    return None
