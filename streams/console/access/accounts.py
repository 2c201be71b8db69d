"""The accounts file: local users and the tokens of machines, as YAML. Pure.

    users:
      - {id: li.na, name: 李娜, password: $argon2id$..., role: responder, tenants: [acme]}
    tokens:
      - {id: till, hash: 9f86d0..., role: viewer, tenants: all, expires: 2027-01-01T00:00:00Z}

A user's id is that of the person in the organisation data. No value of this file that may be a secret is ever part of
an error: what is said of a password or a hash is only where it stands.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from argon2 import Type, extract_parameters
from argon2.exceptions import InvalidHashError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from schemas.alert import MONITOR
from schemas.organisation import Instant, Language, Line, Name, Tenant
from streams.catalogue.place import Places, Problem, Problems, nearest
from streams.catalogue.reader import read_yaml
from streams.clock import instant
from streams.console.viewer import Role, Viewer
from streams.errors import CatalogueError

TOKEN_PREFIX = "mmt_"
MACHINE = "token:"
"""What stands before the id of a machine wherever it acts."""
_WANTED = "accounts file; begin with users: or tokens:"
_HASH = re.compile(r"[0-9a-f]{64}")
_PLACE = re.compile(r"(.*?:\d+:\d+): ")


def normal(text: str) -> str:
    """One of the several ways of writing the same letters; ids and passwords are compared in it."""
    return unicodedata.normalize("NFC", text)


def _normal(value: str) -> str:
    if normal(value) != value:
        raise ValueError("this is written with combining marks; write it in composed form (NFC)")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("this is no time zone; write one like Asia/Shanghai") from error
    return value


def _argon2id(value: str) -> str:
    try:
        known = extract_parameters(value).type is Type.ID
    except (InvalidHashError, ValueError):
        known = False
    if not known:
        raise ValueError("this is no argon2id hash; set it with `moments console user passwd`")
    return value


def _sha256(value: str) -> str:
    if not _HASH.fullmatch(value):
        raise ValueError("this is no SHA-256 in lower-case hex; make a token with `moments console token add`")
    return value


def _tenants(value: Any) -> Any:
    return None if value == "all" else value


def _own(value: str) -> str:
    if value == MONITOR or value.startswith(MACHINE):
        raise ValueError(f"the audit calls the monitor itself `{MONITOR}` and machines `{MACHINE}ID`; take another id")
    return value


UserId = Annotated[Name, AfterValidator(_normal), AfterValidator(_own)]
TokenId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    role: Role
    tenants: Literal["all"] | Annotated[tuple[Tenant, ...], Field(min_length=1)]

    @property
    def scope(self) -> frozenset[str] | None:
        """The tenants that are theirs to see, None for all."""
        return None if self.tenants == "all" else frozenset(self.tenants)


class User(_Entry):
    """Somebody who signs in with a password."""

    id: UserId
    name: Line = ""
    password: Annotated[str, AfterValidator(_argon2id)] = Field(repr=False)
    language: Language = "zh"
    time_zone: Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)] = "Asia/Shanghai"
    disabled: bool = False

    @cached_property
    def mark(self) -> str:
        """What a session remembers of the password it was begun with: the hash cannot be told from it."""
        return sha256(b"moments password mark" + self.password.encode()).hexdigest()[:16]

    def viewer(self) -> Viewer:
        return Viewer(self.id, self.name or self.id, self.role, self.scope, self.language, self.time_zone)


class Token(_Entry):
    """A machine, known by the hash of its token."""

    id: TokenId
    hash: Annotated[str, AfterValidator(_sha256)] = Field(repr=False)
    expires: Instant | None = None

    def viewer(self) -> Viewer:
        return Viewer(MACHINE + self.id, self.id, self.role, self.scope, machine=True)

    def holds(self, now: int) -> bool:
        return self.expires is None or now < instant(self.expires)


class AccountsFile(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    users: tuple[User, ...] = ()
    tokens: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class Accounts:
    """Users by id, tokens by id and by hash."""

    users: Mapping[str, User] = field(default_factory=dict)
    tokens: Mapping[str, Token] = field(default_factory=dict)
    by_hash: Mapping[str, Token] = field(default_factory=dict, repr=False)

    def bearer(self, token: str, now: int) -> Token | None:
        """Whose token this is, None where it is nobody's or has ended. What is looked up is a hash of 256 random bits:
        the time it takes tells nothing of use."""
        found = self.by_hash.get(hash_of(token))
        return found if found is not None and found.holds(now) else None


def hash_of(token: str) -> str:
    """What the file keeps of a token."""
    return sha256(token.encode(errors="replace")).hexdigest()


def parse(name: str, text: str) -> Accounts:
    """The accounts of a text. CatalogueError with a line for each fault: `name:line:column: what`, and no secret."""
    problems = Problems()
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        return Accounts()  # nothing but comments is no mapping, and no fault either
    read = read_yaml(name, text, problems, wanted=_WANTED)
    # the parser's own words quote the file, and an unquoted password may be what it stumbled over
    problems.found[:] = [_discreet(found) for found in problems.found]
    if read is None:
        raise CatalogueError([problem.line() for problem in problems.found])
    data, places = read
    try:
        file = AccountsFile.model_validate(data)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            _report(fault, places, problems)
        file = AccountsFile()
    _check_twice(file, places, problems)
    problems.raise_any()
    tokens = {token.id: token for token in file.tokens}
    return Accounts({user.id: user for user in file.users}, tokens, {token.hash: token for token in file.tokens})


def _discreet(problem: Problem) -> Problem:
    text = problem.text
    if text.startswith("this is not YAML"):
        text = "this is not YAML; put texts with special characters into quotes"
    elif "cannot stand here" in text:
        text = "this cannot stand here; write a text, a number, true or false"
    return problem._replace(text=text)


def _report(fault: ErrorDetails, places: Places, problems: Problems) -> None:
    """Say what pydantic found without its input: anything may stand where a password ought to."""
    loc = tuple(part for part in fault["loc"] if part not in ("literal['all']", "tuple[constrained-str, ...]"))
    kind, last = fault["type"], str(loc[-1]) if loc else ""
    if kind == "extra_forbidden":
        keys = [*(User if loc[:1] == ("users",) else Token).model_fields] if len(loc) > 1 else ["users", "tokens"]
        known = f"there are {', '.join(keys)}"
        problems.add(places, loc, f"there is no such key here{nearest(last, keys, known)}", key=True)
    elif kind == "missing":
        problems.add(places, loc[:-1], f"'{last}' is missing")
    elif "tenants" in loc:
        problems.add(places, loc, "tenants are `all`, or a list of names such as [acme]")
    elif last == "role":
        problems.add(places, loc, "a role is viewer, responder or admin")
    elif last == "language":
        problems.add(places, loc, "a language is zh or en")
    elif kind == "value_error":
        problems.add(places, loc, str(fault["ctx"]["error"]))  # ours; those of password and hash do not quote them
    elif last == "id":
        problems.add(places, loc, "an id is a text of 1 to 128 characters; that of a token of letters, digits, . _ -")
    else:
        problems.add(places, loc, _TYPES.get(kind, fault["msg"]))


_TYPES = {
    "string_type": "here should be a text; put it into quotes",
    "tuple_type": "here should be a list",
    "model_type": "here should be a mapping, with id: and the rest",
    "bool_parsing": "here should be true or false",
    "bool_type": "here should be true or false",
}


def _check_twice(file: AccountsFile, places: Places, problems: Problems) -> None:
    for key, ids in (("users", [user.id for user in file.users]), ("tokens", [token.id for token in file.tokens])):
        for index, id_ in enumerate(ids):
            if id_ in ids[:index]:
                problems.add(places, (key, index, "id"), f"'{id_}' stands here twice; ids must differ")
    hashes = [token.hash for token in file.tokens]
    for index, one in enumerate(hashes):
        if one in hashes[:index]:
            problems.add(places, ("tokens", index, "hash"), "this token stands here twice; make one for each machine")
