import pytest

from deploy.local.failures import StackFailed
from deploy.local.ports import Ports, free_ports, from_environment


def test_without_settings_the_ports_are_the_documented_ones() -> None:
    ports = from_environment({})

    assert ports == Ports(8101, 8102, 8103, 18830, 56720, 56721, 56722, 18086, 18088)


def test_a_setting_replaces_one_port() -> None:
    ports = from_environment({"PILOTLIGHT_MQTT_PORT": "1883"})

    assert ports == Ports(mqtt=1883)


@pytest.mark.parametrize("text", ["", "x", "0", "65536", "-1", "1e3", "１８８３"])
def test_what_is_no_port_is_refused_by_name(text: str) -> None:
    with pytest.raises(StackFailed, match="PILOTLIGHT_INFLUX_RPC_PORT"):
        from_environment({"PILOTLIGHT_INFLUX_RPC_PORT": text})


def test_the_same_port_twice_is_refused_naming_both() -> None:
    with pytest.raises(StackFailed, match=r"PILOTLIGHT_ADOPTION_PORT=8101.*PILOTLIGHT_REGISTRY_PORT"):
        from_environment({"PILOTLIGHT_ADOPTION_PORT": "8101"})


def test_free_ports_differ_from_each_other() -> None:
    ports = free_ports().as_dict().values()

    assert len(set(ports)) == len(ports)
