"""The rows of a seed are those of the files in `tests/golden`: in every release of one stream
version, and on every platform."""

import json
from pathlib import Path

import golden
import numpy as np
import pytest

from skbalance import InverseFrequencySampler
from skbalance._draws.keys import STREAM_VERSION

KEPT = json.loads(golden.FILE.read_text(encoding="utf-8"))

WHAT_TO_DO = (
    "The rows of a seed have changed. If that is not what this change is about, it is a fault: "
    "mend it. If it is, raise STREAM_VERSION in skbalance/_draws/keys.py (states of the old rows "
    "are then refused), run `python tests/golden.py`, and say so in CHANGELOG.md and in "
    "notebooks/same_rows.md."
)


def test_the_files_are_of_the_stream_version_of_the_code():
    # Raised alone, or files made anew alone: both are half a change.
    assert KEPT["stream_version"] == STREAM_VERSION, WHAT_TO_DO


def test_every_case_is_kept_and_nothing_else():
    assert list(KEPT["cases"]) == list(golden.CASES), "run `python tests/golden.py`"


@pytest.mark.parametrize("name", golden.CASES)
def test_rows_are_those_that_were_kept(name):
    assert golden.record(name) == KEPT["cases"][name], WHAT_TO_DO


def test_the_page_names_the_stream_version():
    page = Path(__file__).parents[1] / "notebooks" / "same_rows.md"
    assert f"\n| {STREAM_VERSION} |" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("dtype", [">i8", "<i8", ">i2", "<u4", ">u2", "int8", "O", ">U1", "<U1"])
def test_labels_of_any_width_and_byte_order_give_the_same_rows(dtype):
    labels = golden.SMALL.astype(dtype)
    found = InverseFrequencySampler(random_state=0).fit(None, labels).draw(5)
    of_ints = InverseFrequencySampler(random_state=0).fit(None, golden.SMALL).draw(5)
    assert found.tolist() == of_ints.tolist()


@pytest.mark.parametrize("dtype", [">f8", "<f4", ">f2", ">i4", "u1"])
def test_weights_of_any_width_and_byte_order_give_the_same_rows(dtype):
    values = np.arange(len(golden.SMALL)) % 5 + 1

    def drawn(sample_weight):
        sampler = InverseFrequencySampler(random_state=0)
        return sampler.fit(None, golden.SMALL, sample_weight=sample_weight).draw(5).tolist()

    assert drawn(values.astype(dtype)) == drawn(values)
