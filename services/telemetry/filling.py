"""The directory, filled from the copy of the registry on disk: what a worker knows before the registry answers."""

from services.telemetry.directory import Directory
from shared.contracts.registry import Binding, Device, Feed, Pilot, Venue
from shared.contracts.registry_devices import DeviceAlias
from shared.contracts.registry_evidence import Tenancy
from shared.runtime.registry_copy import RegistryCopy


def fill(directory: Directory, copy: RegistryCopy) -> None:
    """Fill the directory from the copy on disk."""
    for slug, pilot in copy.all(Pilot):
        directory.add_site("home", slug, pilot.district)
    for slug, venue in copy.all(Venue):
        directory.add_site("vr", slug, venue.district)
    for _, device in copy.all(Device):
        directory.add_device(device.vendor, device.device)
    for key, alias in copy.all(DeviceAlias):
        directory.add_alias(alias.vendor, key, alias.alias)
        directory.consent.add_alias(key, alias)
    directory.feeds.update(copy.all(Feed))
    for key, binding in copy.all(Binding):
        directory.consent.add_binding(key, binding)
    for key, tenancy in copy.all(Tenancy):
        directory.consent.add_tenancy(key, tenancy)
    directory.consent.settle()
