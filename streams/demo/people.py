"""Who is on call for the demo's company, and where they are reached: written as the files that a worker reads."""

import json
from pathlib import Path
from typing import Final

from streams.demo.world import REGIONS, STORES, TENANT

_SUPERVISORS: Final = {
    "shanghai": ("li.na", "李娜", "wang.jun", "王军"),
    "hangzhou": ("chen.wei", "陈伟", "zhao.min", "赵敏"),
    "chengdu": ("liu.yang", "刘洋", "huang.lei", "黄磊"),
    "shenzhen": ("zhou.jie", "周杰", "wu.fang", "吴芳"),
}
"""By city: whoever has the day, and whoever has the night."""
_CITIES: Final = {"shanghai": "上海", "hangzhou": "杭州", "chengdu": "成都", "shenzhen": "深圳"}
_DAYS: Final = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
RECEIVER: Final = "phone"


def write(folder: Path, phone: str, secret: str, tenant: str = TENANT) -> tuple[Path, Path]:
    """The organisation file and the receivers' file; everybody is reached at the address `phone`."""
    organisation, receivers = folder / "organisation.yaml", folder / "receivers.yaml"
    organisation.write_text(json.dumps(_organisation(tenant), ensure_ascii=False), encoding="utf-8")
    receivers.write_text(
        json.dumps(
            {
                "allow": ["127.0.0.1/32"],
                "receivers": {RECEIVER: {"type": "webhook", "url": phone, "secrets": [secret]}},
            }
        ),
        encoding="utf-8",
    )
    return organisation, receivers


def _organisation(tenant: str) -> dict[str, object]:
    people = [_person("desk", "运营中心")]
    regions: list[dict[str, object]] = []
    for city in REGIONS:
        day, day_name, night, night_name = _SUPERVISORS[city]
        people += [_person(day, day_name), _person(night, night_name)]
        shifts = [
            {"days": _DAYS, "start": "08:00", "people": [day]},
            {"days": _DAYS, "start": "20:00", "people": [night]},
        ]
        regions.append({"id": city, "name": _CITIES[city], "duty": {"rota": {"shifts": shifts}}})
    stores = [
        {"id": store.id, "name": f"{_CITIES[store.region]} {int(store.id[2:])} 店", "region": store.region}
        for store in STORES
    ]
    chains = [
        {"id": "all", "steps": [{"after": "0s", "tell": "store"}, {"after": "30s", "tell": "fallback"}]},
    ]
    return {
        "tenant": tenant,
        "fallback": {"people": ["desk"]},
        "people": people,
        "regions": regions,
        "stores": stores,
        "chains": chains,
    }


def _person(name: str, title: str) -> dict[str, object]:
    return {"id": name, "name": title, "contacts": [{"receiver": RECEIVER, "address": name}]}
