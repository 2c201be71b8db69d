"""Who looks at the console, and what they may. Pure."""

from dataclasses import dataclass
from typing import Literal

from schemas.organisation import Language

Role = Literal["viewer", "responder", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "responder", "admin")
"""Each may do what the ones before it may. viewer: look. responder: act on alerts. admin: mutes, dead letters too."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. `tenants` None: all of them. `id` is the person's id in the organisation data where it has one."""

    id: str
    name: str
    role: Role
    tenants: frozenset[str] | None
    language: Language = "zh"
    time_zone: str = "Asia/Shanghai"
    machine: bool = False

    def may(self, role: Role) -> bool:
        """Whether they have this role or one above it."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def sees(self, tenant: str) -> bool:
        """Whether a tenant is theirs to see."""
        return self.tenants is None or tenant in self.tenants
