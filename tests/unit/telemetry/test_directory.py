"""The directory follows the change feed and says what a page brought."""

from services.telemetry.directory import Directory, Site
from tests.unit.telemetry.home import change


def test_pilots_are_homes_venues_are_vr_and_devices_belong_to_their_vendor() -> None:
    directory = Directory()
    arrived = directory.take(
        [
            change("pilot", "p", {"slug": "p", "district": "nanshan"}),
            change("venue", "v", {"slug": "v", "district": "futian"}),
            change("device", "acme/lamp:1", {"vendor": "acme", "device": "lamp:1"}),
            change("dwelling", "p/x", {"pilot": "p"}),
            change("key", "k", {"key": "k"}),
        ]
    )
    assert (arrived.sites, arrived.devices) == ({"p", "v"}, {("acme", "lamp:1")})
    assert (directory.site("p"), directory.site("v")) == (Site("home", "nanshan"), Site("vr", "futian"))
    assert "lamp:1" in directory.devices("acme")
    assert "lamp:1" not in directory.devices("other")


def test_what_was_there_has_not_arrived_again() -> None:
    directory = Directory()
    changes = [change("pilot", "p", {"district": "nanshan"}), change("device", "a/d", {"vendor": "a", "device": "d"})]
    directory.take(changes)
    assert directory.take(changes) == (set(), set())


def test_what_the_registry_removed_is_unknown_again() -> None:
    directory = Directory()
    directory.take([change("venue", "v", {"district": "futian"}), change("device", "a/d", {})])
    directory.take([change("venue", "v", None), change("device", "a/d", None), change("device", "b/none", None)])
    assert directory.site("v") is None
    assert directory.devices("a") == set()
