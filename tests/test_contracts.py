"""What scikit-learn and imbalanced-learn ask of a sampler, and where the optional packages may
appear."""

import ast
import pickle
import subprocess
import sys

import numpy as np
import pytest
from imblearn.utils.estimator_checks import parametrize_with_checks as imblearn_checks
from left_out import needs_torch
from sklearn.utils.estimator_checks import parametrize_with_checks as sklearn_checks

from skbalance import InverseFrequencySampler


class DoubledFirst:
    """Factors that double the first class. A class, as a function's address is in a test's name."""

    def __call__(self, counts):
        return np.where(np.arange(len(counts)) == 0, 2.0, 1.0)

    def __repr__(self):
        return "DoubledFirst()"


# Seeded, since some checks compare two draws.
SETTINGS = [
    InverseFrequencySampler(random_state=0),
    InverseFrequencySampler(strength=0.5, random_state=0),
    InverseFrequencySampler(n_samples="over", random_state=1),
    InverseFrequencySampler(n_samples="under", random_state=2),
    InverseFrequencySampler(n_samples=0.7, replacement=True, random_state=3),
    InverseFrequencySampler(strength=2, n_samples=300, random_state=4),
    InverseFrequencySampler(class_weight=DoubledFirst(), random_state=5),
    InverseFrequencySampler(class_weight={1: 3.0}, strength=0, n_samples="over", random_state=6),
]


@sklearn_checks(SETTINGS)
def test_it_is_an_estimator_of_scikit_learn(estimator, check):
    check(estimator)


@imblearn_checks(SETTINGS)
def test_it_is_a_sampler_of_imbalanced_learn(estimator, check):
    check(estimator)


def run_python(code, warnings="error"):
    return subprocess.run(
        [sys.executable, "-W", warnings, "-c", code], capture_output=True, text=True, check=False
    )


# Packages that are optional, and those of containers, which are recognised without them.
OPTIONAL = ["torch", "matplotlib", "dask", "tqdm", "polars", "datasets", "h5py", "zarr"]


def test_importing_loads_no_optional_package():
    done = run_python(
        f"""
import sys
loaded = lambda: [name for name in {OPTIONAL} if name in sys.modules]
import skbalance
assert not loaded(), loaded()
assert {{'dask', 'torch'}} <= set(dir(skbalance))
assert not hasattr(skbalance, 'numpy')
assert not loaded(), loaded()
sampler = skbalance.InverseFrequencySampler()
sampler.fit_resample(['p', 'q'], [0, 1])
sampler.fit_resample(sys.modules["numpy"].zeros((2, 1)), ['a', 'b'])
assert not loaded(), loaded()
sys.modules["torch"] = sys
assert loaded() == ["torch"]
"""
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "use", ["skbalance.{wing}.{name}", "from skbalance import {wing}; {wing}.__all__"]
)
@pytest.mark.parametrize(
    ("wing", "name", "others"),
    [
        pytest.param("torch", "BalancedDataLoader", {"dask"}, id="torch", marks=needs_torch),
        pytest.param("dask", "InverseFrequencySampler", {"torch", "distributed"}, id="dask"),
    ],
)
def test_wings_are_there_once_they_are_asked_for_and_bring_no_other(wing, name, others, use):
    done = run_python(
        f"import sys, skbalance; {use.format(wing=wing, name=name)}\n"
        f"assert '{wing}' in vars(skbalance) and '{wing}' in sys.modules\n"
        f"assert not {others} & set(sys.modules)\n"
        "skbalance.pandas"
    )
    assert done.stderr.endswith("AttributeError: module 'skbalance' has no attribute 'pandas'\n")


# Each statement is tried although others have failed before it.
WITHOUT = """
import sys, traceback
class Blocked:
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] == {blocked!r}:
            raise ModuleNotFoundError("No module named " + name, name=name)
sys.meta_path.insert(0, Blocked)
import skbalance
for statement in {statements}:
    try:
        exec(statement)
    except BaseException as error:
        print(repr("".join(traceback.format_exception_only(error))))
    else:
        print("no error")
"""


def tried_without(blocked, statements):
    """What each statement raises, as Python prints it last, where a package is missing."""
    # Not asked here: what packages that are there warn of, as an old matplotlib does.
    done = run_python(WITHOUT.format(blocked=blocked, statements=statements), warnings="ignore")
    assert done.returncode == 0, done.stderr
    return [
        line if line == "no error" else ast.literal_eval(line).splitlines()[-1]
        for line in done.stdout.splitlines()
    ]


MAIN = "from skbalance.__main__ import main; main([])"


@pytest.mark.parametrize(
    ("blocked", "extras"),
    [
        (
            "torch",
            {
                "import skbalance.torch": "torch",
                "skbalance.torch.BalancedDataLoader": "torch",
                "from skbalance import torch": "torch",
                "skbalance.InverseFrequencySampler().to_torch_sampler([0, 1])": "torch",
                MAIN: "demo",
            },
        ),
        (
            "dask",
            {"import skbalance.dask": "dask", "skbalance.dask.InverseFrequencySampler": "dask"},
        ),
        ("pandas", {"import skbalance.dask": "dask"}),
        (
            "matplotlib",
            {"skbalance.ClassBalanceDisplay.from_labels([0, 1], [0, 1])": "plot", MAIN: "demo"},
        ),
        pytest.param("tqdm", {MAIN: "demo"}, marks=needs_torch),
    ],
)
def test_a_missing_package_is_answered_in_one_line_that_names_the_extra(blocked, extras):
    answers = tried_without(blocked, list(extras))
    assert len(answers) == len(extras)
    for answer, extra in zip(answers, extras.values(), strict=True):
        assert f"pip install 'skbalance[{extra}]'" in answer
        assert {"pandas": "dask"}.get(blocked, blocked) in answer


def test_a_wing_whose_package_is_missing_is_not_there():
    statements = [
        "assert not hasattr(skbalance, 'torch')",
        "assert getattr(skbalance, 'torch', None) is None",
        "import inspect; assert 'torch' not in dict(inspect.getmembers(skbalance))",
        "assert hasattr(skbalance, 'torch'), 'as it must be'",
    ]
    assert tried_without("torch", statements) == [
        *["no error"] * 3,
        "AssertionError: as it must be",
    ]


@pytest.mark.parametrize("name", ["correct_proba", "set_params", "fit", "draw"])
def test_methods_can_be_pickled_by_name(name):
    method = getattr(InverseFrequencySampler, name)
    assert pickle.loads(pickle.dumps(method)) is method
