"""Settings that every test needs before the libraries are imported."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # else scikit-learn's array API check is skipped
os.environ["MPLBACKEND"] = "Agg"

import examples  # noqa: F401  # what hypothesis tries, by name
import pytest
from hypothesis import settings
from left_out import LEFT_OUT

from skbalance._draws import shuffles

# The most elements that are sorted at once: as they are, fewer than most tests have, and none.
WAYS = {"sorted": shuffles.MOST_SORTED, "some sorted": 30, "mapped": 1}


@pytest.fixture(scope="module", params=WAYS)
def way(request):
    """All ways of shuffling, though tests have few rows: all sorted at once, some, or none."""
    return request.param


def pytest_runtest_setup(item):
    """Set the way of this test: one set by the fixture would last for other tests of the module."""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    # Some tests have ways of their own.
    shuffles.MOST_SORTED = WAYS.get(params.get("way"), WAYS["sorted"])


def pytest_configure(config):
    settings.load_profile(config.getoption("--hypothesis-profile") or "repeatable")
    paths = [path for paths in LEFT_OUT.values() for path in paths]
    option = config.option
    option.deselect = [*(option.deselect or []), *(path for path in paths if "::" in path)]
    files = (str(config.rootpath / path) for path in paths if "::" not in path)
    option.ignore = [*(option.ignore or []), *files]


@pytest.hookimpl(tryfirst=True)  # so that a random order is one
def pytest_collection_modifyitems(items):
    """Long tests first: one that begins last keeps the other processes waiting."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_terminal_summary(terminalreporter):
    """Say last what was left out, so that such a run does not pass for all of the suite."""
    for lacking, paths in LEFT_OUT.items():
        if paths:
            terminalreporter.section(f"NOT RUN: what needs {lacking}", red=True)
        for path in paths:
            terminalreporter.line(path)
