"""The wings of the house: what each may import, and that the contributors' map shows the tree."""

import ast
import inspect
import re
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from imblearn.base import BaseSampler

from skbalance import InverseFrequencySampler, PriorCorrectedClassifier
from skbalance.dask import InverseFrequencySampler as DaskSampler

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "skbalance"

# What a wing or a module may import beside the standard library: packages, and rooms of ours.
RULES = {
    "_arrays": {"numpy"},
    "_checks": {"numpy"},
    "_prior": {"numpy"},
    "_draws": {"numpy", "_arrays", "_checks"},
    "_labels": {"numpy", "scipy", "_arrays"},
    "_planning": {"numpy", "scipy", "_arrays", "_checks", "_draws", "_labels"},
    "_partitions": {"numpy", "_arrays", "_labels"},
    "torch": {"numpy", "scipy", "torch", "_checks", "_draws", "_labels", "_planning"},
    "_balancer": {"numpy", "sklearn", "_prior", "_checks", "_labels", "_planning"},
    "_sampler": {
        "numpy",
        "sklearn",
        "imblearn",
        "_balancer",
        "_checks",
        "_draws",
        "_labels",
        "_planning",
        "torch",
    },
    "_classifier": {"numpy", "sklearn", "imblearn", "_prior", "_checks", "_labels", "_sampler"},
    "_displays": {"numpy", "sklearn", "imblearn", "matplotlib", "_checks", "_labels", "_balancer"},
    "dask": {"numpy", "sklearn", "dask", "_balancer", "_partitions", "_planning"},
}
# The demonstration may use whatever its extra installs.
FREE = {"__init__", "__main__"}


def room_of(path):
    """The wing of a module, or the module itself where it stands by itself."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_by(node):
    """The full names that a node imports, if it is an import."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        # `from skbalance import _prior` names a room, or a public name of the door.
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def imports_of(source):
    """Packages that a source imports, wherever in it, and rooms of ours by their names."""
    for node in ast.walk(ast.parse(source)):
        for name in imported_by(node):
            package, *rest = name.split(".")
            yield rest[0] if package == "skbalance" else package


def breaches_of(room, source):
    """What a module of a room imports against the room's rule."""
    return set(imports_of(source)) - RULES[room] - {room} - sys.stdlib_module_names


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if room_of(path) not in FREE]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_what_its_room_may(path):
    assert breaches_of(room_of(path), path.read_text()) == set()


def test_no_rule_allows_more_than_is_used():
    used = {room: set() for room in RULES}
    for path in MODULES:
        used[room_of(path)] |= set(imports_of(path.read_text()))
    for room, rule in RULES.items():
        assert rule - used[room] == set()


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


WINGS = [path for path in sorted(PACKAGE.iterdir()) if (path / "__init__.py").exists()]


@pytest.mark.parametrize("wing", WINGS, ids=lambda wing: wing.name)
def test_a_wing_says_its_rule_and_has_a_line_for_each_of_its_modules(wing):
    text = ast.get_docstring(ast.parse((wing / "__init__.py").read_text()))
    rule = re.search(r"^RULE: .*?(?=\n\n)", text, re.MULTILINE | re.DOTALL)[0]
    ours = {room for room in RULES[wing.name] if room.startswith("_")}
    assert set(re.findall(r"`(_[a-z]+)`", rule)) == ours
    shown = set(re.findall(r"^    (\w+) {2,}\S", text, re.MULTILINE))
    assert {path.stem for path in wing.glob("*.py")} - {"__init__"} <= shown


def test_the_map_goes_from_the_top_down():
    """No module imports one that stands above it."""
    order = map_of_files()
    height = {path.removesuffix(".py").replace("/", "."): i for i, path in enumerate(order)}
    for path in order:
        if path.startswith("skbalance/_") and not path.startswith("skbalance/__"):
            for name in modules_of((ROOT / path).read_text()) & set(height):
                assert height[name] > order.index(path), f"{path} imports {name} from above"


def test_rooms_stand_on_each_other_in_one_direction():
    below = {room: rule & set(RULES) - {room} for room, rule in RULES.items()}
    while below:
        ground = {room for room, others in below.items() if not others & set(below)}
        assert ground, f"these rooms import each other in a circle: {sorted(below)}"
        below = {room: others for room, others in below.items() if room not in ground}


def map_of_files():
    """The files in the contributors' map, in its order."""
    text = (ROOT / ".github" / "CONTRIBUTING.md").read_text()
    block = re.search(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[1]
    for line in block.splitlines():
        assert len(line.split()) > 1, f"{line} does not say what the file is for"
    return [line.split()[0] for line in block.splitlines()]


def modules_of(source):
    """Modules of ours that a source imports outside functions."""
    body = ast.parse(source).body
    return {node.module for node in body if isinstance(node, ast.ImportFrom)}


def test_the_contributors_map_has_a_line_for_every_file():
    patterns = ("skbalance/**/*.py", "tests/*.py", "tests/benchmarks/*.py", "notebooks/*.ipynb")
    there = {
        path.relative_to(ROOT).as_posix() for pattern in patterns for path in ROOT.glob(pattern)
    }
    assert set(map_of_files()) == there


def private_names_of(module):
    """What scikit-learn or imbalanced-learn calls private, in a module's imports and attributes."""
    theirs = {"sklearn", "imblearn"}
    for node in ast.walk(ast.parse(module)):
        for name in imported_by(node):
            if name.split(".")[0] in theirs:
                yield from (part for part in name.split(".") if part.startswith("_"))
                theirs |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    for node in ast.walk(ast.parse(module)):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            root = node.value
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id in theirs:
                yield node.attr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_nothing_private_of_scikit_learn_and_imbalanced_learn_is_named(path):
    assert set(private_names_of(path.read_text(encoding="utf-8"))) == set()


@pytest.mark.parametrize(
    "source",
    [
        "import sklearn.utils._mask",
        "from sklearn.utils import _safe_indexing",
        "from sklearn.utils._tags import Tags",
        "import imblearn\nimblearn.base._ParamsValidationMixin",
        "from sklearn import utils\nutils._safe_indexing(X, rows)",
        "from imblearn.base import BaseSampler as Base\nBase._validate_data",
    ],
)
def test_private_names_are_found(source):
    assert len(set(private_names_of(source))) == 1


# Names with an underscore that our classes share with those above them in the two libraries.
BORROWED = {
    "_fit_resample": "abstract in imblearn.base.BaseSampler: a sampler cannot be made without it",
}


def private_names_shared(ours):
    """Underscored names in a class's own source that a class of the two libraries has, too."""
    above = [base for base in ours.__mro__ if base.__module__.startswith(("sklearn.", "imblearn."))]
    theirs = {name for base in above for name in vars(base)}
    theirs = {name for name in theirs if name.startswith("_") and not name.startswith("__")}
    for base in ours.__mro__:
        if base.__module__.startswith("skbalance."):
            for node in ast.walk(ast.parse(inspect.getsource(base))):
                for name in "attr", "name", "id":
                    yield from {getattr(node, name, None)} & theirs


def test_our_estimators_share_no_private_name_with_theirs_but_those_they_must():
    estimators = InverseFrequencySampler, PriorCorrectedClassifier, DaskSampler
    shared = {name for ours in estimators for name in private_names_shared(ours)}
    assert shared == set(BORROWED)


def test_what_is_borrowed_is_still_asked_for():
    # If this fails, imbalanced-learn has moved it: see what its samplers have in its place.
    assert BaseSampler.__abstractmethods__ == set(BORROWED)


def test_examples_are_those_that_were_asked_for(request):
    asked = request.config.getoption("--hypothesis-profile")
    assert settings.get_current_profile_name() == (asked or "repeatable")
