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


def test_a_device_is_known_by_every_name_it_has_and_by_none_it_has_no_longer() -> None:
    directory = Directory()
    alias = change("device_alias", "a/new/2026-01-01", ALIAS)
    assert directory.take([change("device", "a/old", {}), alias]).devices == {("a", "old"), ("a", "new")}
    assert directory.take([alias, change("device_alias", "a/new/2026-06-01", ALIAS)]).devices == set()
    directory.take([change("device_alias", "a/new/2026-01-01", None)])
    assert directory.devices("a") == {"old", "new"}  # the other row still calls it so
    directory.take([change("device_alias", "a/new/2026-06-01", None)])
    assert directory.devices("a") == {"old"}


def test_an_alias_that_is_a_device_too_outlives_either() -> None:
    directory = Directory()
    both = [change("device", "a/new", {}), change("device_alias", "a/new/2026-01-01", ALIAS)]
    directory.take(both)
    directory.take([change("device", "a/new", None)])
    assert directory.devices("a") == {"new"}
    directory.take([both[0], change("device_alias", "a/new/2026-01-01", None)])
    assert directory.devices("a") == {"new"}


ALIAS = {"vendor": "a", "alias": "new", "valid_from": "2026-01-01", "device": "old"}
