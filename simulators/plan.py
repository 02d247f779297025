"""Plan a city: homes, venues, who they are, papers, and what goes wrong. All follows from the wish and its seed."""

from dataclasses import dataclass
from datetime import date, timedelta

from simulators.city import City
from simulators.plan_disturbances import plan_disturbances
from simulators.plan_homes import plan_homes
from simulators.plan_papers import plan_papers
from simulators.plan_venues import plan_venues

CLOUD_VENDOR = "bailu"
SECOND_CLOUD_VENDOR = "danxia"
GATEWAY_VENDOR = "qingrong"
VR_VENDOR = "yuanfan"
VR_CLOUD_VENDOR = "jinghai"

# The codes are sound in form: check-digit vectors published for GB 32100-2015, and two of noughts. The bodies named
# here are invented.
ORGANISATIONS = (
    (GATEWAY_VENDOR, "91110108551385082Q", "青榕智居科技(虚构)", ("VENDOR",)),
    (CLOUD_VENDOR, "91350100M000100Y43", "白鹭云家科技(虚构)", ("VENDOR",)),
    (SECOND_CLOUD_VENDOR, "91440300000000000E", "丹霞智联科技(虚构)", ("VENDOR",)),
    (VR_VENDOR, "91110000600037341L", "远帆幻境科技(虚构)", ("VENDOR",)),
    (VR_CLOUD_VENDOR, "91440300000000001H", "镜海数字文旅(虚构)", ("VENDOR",)),
    ("lizhi-anju", "91330100799655058B", "荔枝安居建设运营(虚构)", ("DEVELOPER", "OPERATOR")),
    ("shili-qu", "114403070075514700", "示例区政府(虚构)", ("DISTRICT_GOV",)),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """The size and the days of a city: ``days`` civil days, the last of which is ``end``."""

    seed: int
    end: date
    days: int = 7
    pilots: int = 2
    venues: int = 2
    dwellings: int = 60
    heartbeat_minutes: int = 30
    refusals: int = 1


def plan_city(wish: Wish) -> City:
    """The city of a wish; the same wish always gives the same city.

    :raises ValueError: if a count is not positive, or there are fewer dwellings than pilots
    """
    if min(wish.days, wish.pilots, wish.venues, wish.heartbeat_minutes) < 1:
        raise ValueError("days, pilots, venues and heartbeat minutes are at least 1")
    if wish.dwellings < wish.pilots:
        raise ValueError(f"{wish.dwellings} dwellings cannot fill {wish.pilots} pilots")
    until = wish.end + timedelta(days=1)
    city = City(seed=wish.seed, first_day=until - timedelta(days=wish.days), until=until)
    interval_s = wish.heartbeat_minutes * 60
    plan_homes(city, wish.pilots, wish.dwellings, interval_s, (CLOUD_VENDOR, SECOND_CLOUD_VENDOR), GATEWAY_VENDOR)
    plan_venues(city, wish.venues, interval_s, VR_VENDOR, VR_CLOUD_VENDOR)
    carriers = {feed["vendor"] for feed in city.collections["feeds"]}
    for slug, uscc, name, roles in ORGANISATIONS:
        if "VENDOR" not in roles or slug in carriers:
            city.add("organisations", slug=slug, uscc=uscc, name=name, roles=list(roles))
    plan_papers(city, wish.refusals)
    plan_disturbances(city, (CLOUD_VENDOR, SECOND_CLOUD_VENDOR))
    return city
