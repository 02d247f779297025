"""What a feed's account may do, as ARCHITECTURE section 3 says."""

from services.registry.feed_accounts import account_of
from shared.brokers.dynamic_security import Acl
from shared.contracts.registry import Feed


def test_a_gateway_writes_for_its_sites_and_reads_its_own_receipts() -> None:
    account = account_of(Feed("acme", "gw-1", ["garden", "hall"]))
    assert (account.username, account.role, account.active) == ("acme.gw-1", "feed.acme.gw-1", True)
    assert set(account.acls) == {
        Acl("publishClientSend", "telemetry/v1/acme/gw-1/garden/#"),
        Acl("publishClientSend", "telemetry/v1/acme/gw-1/hall/#"),
        Acl("publishClientSend", "feeds/v1/acme/gw-1"),
        Acl("subscribePattern", "ack/v1/acme/gw-1/#"),
        Acl("publishClientReceive", "ack/v1/acme/gw-1/#"),
    }


def test_a_vendors_cloud_writes_for_any_site() -> None:
    account = account_of(Feed("acme", "cloud", [], vendor_cloud=True))
    writes = {acl.topic for acl in account.acls if acl.acltype == "publishClientSend"}
    assert writes == {"telemetry/v1/acme/cloud/#", "feeds/v1/acme/cloud"}
