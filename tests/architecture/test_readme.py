"""What the READMEs name is there, and what is there they name."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path("Makefile").read_text(encoding="utf-8")
SERVICES = sorted(path.parent for path in Path("services").glob("*/settings.py"))
HEADINGS = ["What it does", "HTTP", "Events in", "Events out", "Settings", "Counters", "Example"]
READMES = subprocess.run(["git", "ls-files", "*README.md"], capture_output=True, text=True, check=True).stdout.split()

of_every_readme = pytest.mark.parametrize("readme", [Path(name) for name in READMES], ids=str)
of_every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def section(service: Path, heading: str) -> str:
    """What stands below a heading of a service's README."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", read(service / "README.md"), re.MULTILINE | re.DOTALL)
    assert found, f"{service} has no {heading}"
    return found[1]


@of_every_readme
def test_every_file_a_readme_links_to_exists(readme: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", read(readme))
    assert [link for link in links if not (readme.parent / link).exists()] == []


@of_every_readme
def test_every_make_word_a_readme_names_is_a_target(readme: Path) -> None:
    words = set(re.findall(r"(?:^|`)make ([a-z]+)", read(readme), re.MULTILINE))
    assert words <= set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


@of_every_readme
def test_every_variable_of_a_readmes_example_is_set_in_it(readme: Path) -> None:
    examples = "\n".join(re.findall(r"^```sh\n(.*?)^```", read(readme), re.MULTILINE | re.DOTALL))
    assert set(re.findall(r"\$(\w+)", examples)) <= set(re.findall(r"^(\w+)=", examples, re.MULTILINE))


@of_every_service
def test_every_service_has_a_readme_of_the_common_shape(service: Path) -> None:
    assert re.findall(r"^## (.+)$", read(service / "README.md"), re.MULTILINE) == HEADINGS


@of_every_service
def test_a_services_readme_names_every_setting_and_no_other(service: Path) -> None:
    settings = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', read(service / "settings.py")))
    assert len(settings) > 4
    assert set(re.findall(r"`([A-Z]+(?:_[A-Z]+)*)(?:=[^`]*)?`", section(service, "Settings"))) == settings


@of_every_service
def test_a_services_readme_tells_every_counter_as_the_service_does(service: Path) -> None:
    written = dict(re.findall(r"^\| `(\S+)` \| (.+) \|$", section(service, "Counters"), re.MULTILINE))
    assert written == counters(service)


def counters(service: Path) -> dict[str, str]:
    """The counters of a service with their labels, as a scrape names them, and what each means."""
    found = {}
    for node in ast.walk(ast.parse(read(service / "counters.py"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name, meaning, *labels = (ast.literal_eval(argument) for argument in node.args)
            shown = name.removesuffix("_total") + "_total" if node.func.id == "Counter" else name
            found[shown + ("{" + ",".join(labels[0]) + "}" if labels else "")] = meaning
    assert found
    return found


def test_every_variable_that_the_tests_take_from_the_environment_stands_in_a_readme() -> None:
    taken = {
        name
        for path in Path("tests").rglob("*.py")
        for name in re.findall(r'environ\.get\(\s*"(PILOTLIGHT_\w+)"', read(path))
    }
    assert taken >= {"PILOTLIGHT_EXAMPLES", "PILOTLIGHT_SEED"}
    told = "\n".join(read(Path(name)) for name in READMES)
    assert [name for name in taken if f"`{name}" not in told] == []
