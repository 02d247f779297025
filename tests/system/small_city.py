"""A city of one vendor, one home and one VR venue, under a prefix of its own so that tests do not meet."""

import hashlib
from typing import Any

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: 31 characters, without I O Z S V


def uscc(name: str) -> str:
    """A structurally valid, fictitious unified social credit code for a name."""
    number = int(hashlib.sha256(name.encode()).hexdigest(), 16)
    body = "91440300" + "".join(_USCC[number // 31**place % 31] for place in range(9))
    total = sum(_USCC.index(character) * 3**place % 31 for place, character in enumerate(body))
    return body + _USCC[-total % 31]


def small_city(name: str, since: str) -> dict[str, Any]:
    """The bodies to register; dates from ``since`` (ISO). The vendor, sites and feeds all begin with ``name``."""
    home, venue = f"{name}-home", f"{name}-venue"
    slots = [("lamp", "LIGHTING"), ("lock", "ACCESS_LOCK"), ("smoke", "LIFE_SAFETY")]
    return {
        "organisations": [{"slug": name, "uscc": uscc(name), "name": f"测试厂商 {name}", "roles": ["VENDOR"]}],
        "pilots": [
            {
                "slug": home,
                "name": "测试小区",
                "district": "nanshan",
                "housing_type": "PUBLIC_RENTAL",
                "funding_source": "GOV_INVESTED",
            }
        ],
        "phases": [{"pilot": home, "number": 1, "name": "一期"}],
        "dwellings": [{"pilot": home, "phase": 1, "dwelling_ref": "ref-00000001", "handed_over_on": since}],
        "slots": [
            {"pilot": home, "dwelling_ref": "ref-00000001", "code": code, "category": category, "installed_on": since}
            for code, category in slots
        ],
        "venues": [
            {
                "slug": venue,
                "name": "测试科技馆",
                "district": "futian",
                "venue_type": "SCIENCE_MUSEUM",
                "funding_source": "GOV_INVESTED",
            }
        ],
        "zones": [
            {
                "venue": venue,
                "code": "z1",
                "name": "体验区",
                "calendars": [
                    {
                        "valid_from": since,
                        "weekly": {d: [["00:00", "24:00"]] for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
                    }
                ],
            }
        ],
        "installations": [
            {
                "venue": venue,
                "zone": "z1",
                "code": "hmd-1",
                "vr_device_kind": "HMD_STANDALONE",
                "presence_method": "PROXIMITY_SENSOR",
                "installed_on": since,
            }
        ],
        "devices": [
            *({"vendor": name, "device": code, "category": category} for code, category in slots),
            {"vendor": name, "device": "hmd-1"},
        ],
        "bindings": [
            *(
                {"vendor": name, "device": code, "slot": f"{home}/ref-00000001/{code}", "valid_from": since}
                for code, _ in slots
            ),
            {"vendor": name, "device": "hmd-1", "installation": f"{venue}/z1/hmd-1", "valid_from": since},
        ],
        "feeds": [
            {"vendor": name, "feed": "gw", "sites": [home]},
            {"vendor": name, "feed": "pc", "sites": [venue]},
        ],
    }
