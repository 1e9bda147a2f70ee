"""The wings of the house: what each may import, and that the contributors' map shows the tree."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "skbalance"

# What a wing or a module may import beside the standard library: packages, and rooms of ours.
GROUND = {"_arrays", "_checks"}
PLANS = GROUND | {"_draws", "_labels", "_planning"}
RULES = {
    "_arrays": {"numpy"},
    "_checks": {"numpy"},
    "_prior": {"numpy"},
    "_draws": {"numpy"} | GROUND,
    "_labels": {"numpy", "scipy", "sklearn", "_arrays"},
    "_planning": {"numpy"} | PLANS,
    "_partitions": {"numpy", "_arrays", "_labels"},
    "torch": {"numpy", "torch"} | PLANS,
    "_balancer": {"numpy", "sklearn", "_prior"} | PLANS,
    "_sampler": {"numpy", "sklearn", "imblearn", "_balancer", "torch"} | PLANS,
    "_classifier": {"numpy", "sklearn", "_prior", "_labels", "_sampler"},
    "_displays": {"numpy", "sklearn", "matplotlib", "_labels", "_balancer"},
    "dask": {"numpy", "sklearn", "dask", "_balancer", "_partitions"} | PLANS,
}
# The demonstration may use whatever its extra installs.
FREE = {"__init__", "__main__"}


def room_of(path):
    """The wing of a module, or the module itself where it stands by itself."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports_of(source):
    """Packages that a source imports, wherever in it, and rooms of ours by their names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # `from skbalance import _prior` names a room, or a public name of the door.
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, *rest = name.split(".")
            yield rest[0] if package == "skbalance" else package


def breaches_of(room, source):
    """What a module of a room imports against the room's rule."""
    return set(imports_of(source)) - RULES[room] - {room} - sys.stdlib_module_names


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if room_of(path) not in FREE]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_what_its_room_may(path):
    assert breaches_of(room_of(path), path.read_text()) == set()


@pytest.mark.parametrize(
    ("room", "source", "breach"),
    [
        ("_draws", "from skbalance._labels.codes import encode", "_labels"),
        ("_draws", "def f():\n    import torch", "torch"),
        ("_labels", "from skbalance._draws.keys import derive", "_draws"),
        ("torch", "from skbalance._sampler import InverseFrequencySampler", "_sampler"),
        ("torch", "from skbalance import InverseFrequencySampler", "InverseFrequencySampler"),
        ("_partitions", "if TYPE_CHECKING:\n    import dask.array as da", "dask"),
        ("_prior", "from skbalance import _labels", "_labels"),
        ("dask", "import torch", "torch"),
    ],
)
def test_the_rules_can_be_broken(room, source, breach):
    assert breaches_of(room, source) == {breach}


def test_every_wing_says_its_rule():
    wings = [path for path in PACKAGE.iterdir() if (path / "__init__.py").exists()]
    assert {wing.name for wing in wings} == {"_draws", "_labels", "_displays", "torch", "dask"}
    for wing in wings:
        assert "\nRULE: " in ast.get_docstring(ast.parse((wing / "__init__.py").read_text()))


def test_rooms_stand_on_each_other_in_one_direction():
    below = {room: rule & set(RULES) - {room} for room, rule in RULES.items()}
    while below:
        ground = {room for room, others in below.items() if not others & set(below)}
        assert ground, f"these rooms import each other in a circle: {sorted(below)}"
        below = {room: others for room, others in below.items() if room not in ground}


def test_the_contributors_map_has_a_line_for_every_file():
    text = (ROOT / ".github" / "CONTRIBUTING.md").read_text()
    block = re.search(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[1]
    shown = {line.split()[0] for line in block.splitlines() if line.strip()}
    patterns = ("skbalance/**/*.py", "tests/*.py", "tests/benchmarks/*.py", "notebooks/*.ipynb")
    there = {str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern)}
    assert shown == there
    for line in block.splitlines():
        assert len(line.split()) > 2, f"{line} does not say what the file is for"
