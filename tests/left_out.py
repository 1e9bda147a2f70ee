"""What the tests leave out where a machine lacks something; the last lines of pytest name it all.

A machine that has no torch says so: WITHOUT_TORCH=1 python -m pytest. Unless it does, a missing
torch is an error, as everywhere: nothing is left out by accident.
"""

import importlib
import os
from pathlib import Path

import pytest
from site_in_browser import find_browser

WITHOUT_TORCH = bool(os.environ.get("WITHOUT_TORCH"))

# All of it needs torch, or what stands on torch. Files where only some of it does use what is
# defined below.
NEED_TORCH = [
    "skbalance/torch",
    "tests/accelerate_at_work.py",
    "tests/faults_at_work.py",
    "tests/lightning_at_work.py",
    "tests/public_calls.py",
    "tests/ranks_at_work.py",
    "tests/run_notebooks.py",
    "tests/test_accelerate.py",
    "tests/test_bad_input.py",
    "tests/test_benchmarks.py",
    "tests/test_dataset_labels.py",
    "tests/test_distributed.py",
    "tests/test_drop_in.py",
    "tests/test_evidence.py",
    "tests/test_faults.py",
    "tests/test_first_mistakes.py",
    "tests/test_lightning.py",
    "tests/test_main.py",
    "tests/test_notebooks.py",
    "tests/test_ranks.py",
    "tests/test_readme.py",
    "tests/test_resume.py",
    "tests/test_resume_ranks.py",
    "tests/test_site.py",
    "tests/test_skorch.py",
    "tests/test_stateful.py",
    "tests/test_states.py",
    "tests/test_targets.py",
    "tests/test_torch.py",
    "tests/test_torchvision.py",
    "tests/test_transformers.py",
    # and examples of docstrings
    "skbalance/_sampler.py::skbalance._sampler.InverseFrequencySampler.to_torch_batch_sampler",
    "skbalance/_sampler.py::skbalance._sampler.InverseFrequencySampler.to_torch_sampler",
]
# Windows has neither fork nor SIGKILL.
NEED_FORK = [
    "tests/test_accelerate.py",
    "tests/test_dask_cluster.py",
    "tests/test_distributed.py",
    "tests/test_faults.py",
    "tests/test_lightning.py",
    "tests/test_site.py::test_the_script_for_torchrun_keeps_the_balance_and_goes_on_where_it_stopped",
    "tests/test_torch.py::test_a_loader_gives_the_same_rows_for_any_workers",
    "tests/test_torch.py::test_a_loader_of_batches_gives_the_same_rows_for_any_workers",
]
NEED_BROWSER = ["tests/test_site.py::test_every_page_opens_in_a_browser"]
NEED_PROC = ["tests/test_benchmarks.py"]  # which read there how much memory a process took

# Files, and tests in files, by what they lack here.
LEFT_OUT = {
    "torch, as WITHOUT_TORCH is set": NEED_TORCH if WITHOUT_TORCH else [],
    "fork and SIGKILL": [] if hasattr(os, "fork") else NEED_FORK,
    "chromium and chromedriver": [] if find_browser() else NEED_BROWSER,
    "/proc": [] if Path("/proc/self/status").exists() else NEED_PROC,
}


REASON = "needs torch, and WITHOUT_TORCH is set"


def skip_without_torch():
    """Skip the test that calls this, or that touches what is not there."""
    if WITHOUT_TORCH:
        pytest.skip(REASON)


needs_torch = pytest.mark.skipif(WITHOUT_TORCH, reason=REASON)


class Missing:
    """Stands for a module that is not there, and for all that is made with it.

    Tables of cases can be written with it. A test that touches it, or the code under test with what
    the test gives it, is skipped.
    """

    def __init__(self, *_, **__):
        pass

    def __getattr__(self, name):
        self._skip_the_test()
        if name.startswith("__"):  # asked by Python and by pytest, which go another way then
            raise AttributeError(name)
        return self

    def _skip_the_test(self):
        if "PYTEST_CURRENT_TEST" in os.environ:  # else it is made for a table
            skip_without_torch()

    def __call__(self, *_, **__):
        return self

    def __repr__(self):
        self._skip_the_test()
        return "missing"  # without an address: names of tests are made of it

    def __iter__(self):
        return iter([self])


def optional(name):
    """The module, torch or one that needs it; or what stands for it and skips tests."""
    return Missing() if WITHOUT_TORCH else importlib.import_module(name)
