"""The types of receivers, imported when one is configured: an installation pays for what it uses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from streams.errors import OperatorError
from streams.notify.base import FollowUp, Receiver
from streams.notify.http import Http

if TYPE_CHECKING:
    from streams.notify.config import Receivers

KINDS: Mapping[str, str] = {
    "alertmanager": "Alertmanager",
    "apprise": "Apprise",
    "dingtalk": "DingTalk",
    "feishu": "Feishu",
    "pagerduty": "PagerDuty",
    "slack": "Slack",
    "smtp": "Smtp",
    "webhook": "Webhook",
    "wecom": "WeCom",
}
"""Type in the receivers' file, which is also the name of its folder, and the class there; its configuration is
`<class>Config`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of receiver: what it is configured with, and what makes one."""

    config: type[BaseModel]
    receiver: Callable[[str, Any, Http], Receiver]


def find(type_: str) -> Kind:
    """The kind of a type in KINDS. OperatorError where an optional package that it needs is not installed."""
    try:
        module = import_module(f"streams.notify.{type_}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("streams"):
            raise
        raise OperatorError(f"receivers of type {type_} need the package {error.name}, which is not installed") from error
    name = KINDS[type_]
    return Kind(getattr(module, f"{name}Config"), getattr(module, name))


def build(receivers: "Receivers", http: Http) -> dict[str, Receiver]:
    """Every receiver of the file, by name, on one session."""
    return {name: find(receivers.kinds[name]).receiver(name, config, http) for name, config in receivers.configs.items()}


def follow_ups(receivers: "Receivers") -> dict[str, FollowUp]:
    """By name, those receivers of the file that want to hear more of what they have taken, and of what."""
    found = {
        name: FollowUp(getattr(config, "repeat_every", None), getattr(config, "acknowledgements", False))
        for name, config in receivers.configs.items()
    }
    return {name: wanted for name, wanted in found.items() if wanted != FollowUp()}
