"""The receivers' file: which channels there are, by name, with what each needs. YAML, or TOML by its ending.

    allow: [10.20.0.0/16]           # destinations inside the network that may be reached
    ca_file: /etc/moments/ca.pem    # certificate authorities, instead of the system's
    receivers:
      duty-chat: {type: slack, url_file: /run/secrets/slack_url}
      on-call: {type: pagerduty, routing_key_env: PAGERDUTY_KEY}

A secret stands in the file itself, or in a file of its own (`<field>_file`), or in a variable of the environment
(`<field>_env`). Where a receiver takes several, the file has one a line. No value of this file is ever part of an error.
"""

import os
import ssl
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, SecretStr, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from yarl import URL

from streams import clock
from streams.errors import OperatorError
from streams.notify.guard import Guard
from streams.notify.http import Http
from streams.notify.registry import KINDS, Kind, find

T = TypeVar("T")

_KEYS = ("allow", "ca_file", "receivers")


def _web(value: SecretStr) -> SecretStr:
    """A URL of http or https; the message must not have it, since it may carry a token."""
    try:
        url = URL(value.get_secret_value())
    except ValueError:
        url = URL()
    if url.scheme not in ("http", "https") or not url.raw_host:
        raise ValueError("must be a URL that begins with https:// or http://")
    return value


Url = Annotated[SecretStr, AfterValidator(_web)]
"""A URL, kept secret: those of chat rooms are the right to post in them."""


def _some(values: tuple[T, ...]) -> tuple[T, ...]:
    if not values:
        raise ValueError("give at least one")
    return values


OneOrMore = Annotated[tuple[T, ...], AfterValidator(_some)]
"""A list that is not empty."""


@dataclass(frozen=True, slots=True)
class Receivers:
    """What the file says, validated. `configs` by receiver name."""

    configs: Mapping[str, BaseModel]
    kinds: Mapping[str, str]
    """The type of each receiver."""
    allow: tuple[str, ...] = ()
    ca_file: Path | None = None

    def open(self, now: Callable[[], int] = clock.now) -> Http:
        """The HTTP session that the file asks for. OperatorError where the authorities cannot be read."""
        try:
            trust = None if self.ca_file is None else ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # an SSLError is one
            raise OperatorError("ca_file: holds no certificate that can be read") from error
        return Http(allow=self.allow, trust=trust, now=now)

    def only(self, name: str) -> "Receivers":
        """The same with one receiver alone. KeyError where there is none of that name."""
        return replace(self, configs={name: self.configs[name]}, kinds={name: self.kinds[name]})


def load(file: Path, environ: Mapping[str, str] = os.environ) -> Receivers:
    """Read the file and the secrets it names. OperatorError with one line a fault: where, what, and never a value."""
    data, fault = _parse(file)
    if fault is not None:
        raise OperatorError(f"{file.name}: {fault}")
    receivers, faults = judge(data, file.parent, environ)
    if faults:
        raise OperatorError("\n".join(f"{file.name}: {fault}" for fault in faults))
    return receivers


def judge(data: object, folder: Path, environ: Mapping[str, str]) -> tuple[Receivers, list[str]]:
    """Plain data into configurations, and what is wrong with it. Paths are relative to `folder`."""
    if not isinstance(data, dict) or not isinstance(data.get("receivers"), dict):
        return Receivers({}, {}), ["begin with `receivers:`, and under it a name for each receiver"]
    faults = [f"`{key}` is not known; there are {', '.join(_KEYS)}" for key in data if key not in _KEYS]
    allow = data.get("allow", [])
    if not isinstance(allow, list) or not all(isinstance(entry, str) for entry in allow):
        faults.append("allow: must be a list of host names, addresses and networks")
        allow = []
    try:
        Guard(allow)
    except OperatorError as error:
        faults.append(str(error))
    ca_file = data.get("ca_file")
    if ca_file is not None and not (isinstance(ca_file, str) and (folder / ca_file).is_file()):
        faults.append("ca_file: there is no such file")
        ca_file = None
    configs: dict[str, BaseModel] = {}
    kinds: dict[str, str] = {}
    for name, entry in data["receivers"].items():
        type_ = entry.get("type") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not isinstance(type_, str) or type_ not in KINDS:
            faults.append(f"{name}: give it a `type`, one of {', '.join(sorted(KINDS))}")
            continue
        raw = {str(key): value for key, value in entry.items() if key != "type"}
        config, wrong = _configure(find(type_), raw, folder, environ)
        faults.extend(f"{name}.{fault}" for fault in wrong)
        if config is not None:
            configs[name], kinds[name] = config, type_
    return Receivers(configs, kinds, tuple(allow), None if ca_file is None else folder / ca_file), faults


def _configure(
    kind: Kind, raw: dict[str, Any], folder: Path, environ: Mapping[str, str]
) -> tuple[BaseModel | None, list[str]]:
    faults: list[str] = []
    fields = kind.config.model_fields
    for key in list(raw):
        field, _, source = key.rpartition("_")
        if key in fields or field not in fields or source not in ("file", "env"):
            continue
        named = raw.pop(key)
        text = _outside(named, source, folder, environ)
        if text is None:
            faults.append(f"{key}: {'there is no such file, or it cannot be read' if source == 'file' else 'not set'}")
        elif field in raw:
            faults.append(f"{key}: {field} is given twice")
        else:
            several = tuple in (fields[field].annotation, *_origins(fields[field].annotation))
            raw[field] = [line.strip() for line in text.splitlines() if line.strip()] if several else text.strip()
    if faults:
        return None, faults
    try:
        return kind.config.model_validate(raw), []
    except ValidationError as error:
        found = error.errors(include_input=False, include_context=False, include_url=False)
    return None, [f"{'.'.join(str(part) for part in fault['loc']) or 'entry'}: {fault['msg']}" for fault in found]


def _outside(named: object, source: str, folder: Path, environ: Mapping[str, str]) -> str | None:
    """The text of a secret kept elsewhere; None where it is not there."""
    if not isinstance(named, str):
        return None
    if source == "env":
        return environ.get(named)
    try:
        return (folder / named).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _origins(annotation: object) -> list[object]:
    return [getattr(part, "__origin__", part) for part in (annotation, *get_args(annotation))]


def _parse(file: Path) -> tuple[object, str | None]:
    """The data of a file, or why it has none. The parsers' own words quote the file, so only the place is kept."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None, "there is no such file"
    except (OSError, ValueError) as error:
        return None, f"cannot be read: {type(error).__name__}"
    if file.suffix == ".toml":
        try:
            return tomllib.loads(text), None
        except tomllib.TOMLDecodeError as error:
            at = str(error).rpartition("(")[2].rstrip(")")
            return None, f"this is not TOML ({at if at.startswith(('at line', 'at end')) else 'somewhere'})"
    try:
        return YAML(typ="safe", pure=True).load(StringIO(text)), None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = "a key stands twice" if isinstance(error, DuplicateKeyError) else "this is not YAML"
        return None, f"{what} (at line {mark.line + 1})" if mark else what
    except (YAMLError, ValueError, RecursionError):
        return None, "this is not YAML"
