"""The rows of a seed are those of the files in `tests/golden`: in every release of one stream
version, and on every platform."""

import json
from hashlib import blake2b
from pathlib import Path

import golden
import numpy as np
import pytest

from skbalance import InverseFrequencySampler
from skbalance._draws.batches import Cut, batches
from skbalance._draws.keys import STREAM_VERSION
from skbalance._draws.passes import progress_in
from skbalance._draws.plan import Plan
from skbalance._draws.ranks import ALONE, Ranks
from skbalance._draws.streams import BatchStream, RowStream

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


# The widest batches whose hashes have 32 bits, some of which are equal but for the last of those
# that decide; and batches wider by one, whose hashes have 64.
@pytest.mark.parametrize(
    ("width", "digest"), [(4096, "c128aff24288fd10"), (4097, "7c4c5053640fd39f")]
)
def test_the_widest_batches_are_those_that_were_kept(width, digest):
    counts, quotas = np.array([3000, 7000]), np.array([2 * width - 3000, 3000])
    plan = Plan(counts, quotas, 42, pool=np.arange(10_000))
    drawn = [batch for some in batches(plan.epoch(0), Cut(width)) for batch in some]
    found = blake2b(np.array(drawn, dtype="<i8").tobytes(), digest_size=8)
    assert found.hexdigest() == digest, WHAT_TO_DO


# Of states in epoch 2: after 7 rows, and after 3 batches of 16 rows on each of two ranks.
FINGERPRINTS = {
    "equal classes": ("06a448e3f04ae6e0a769a554e3cfad1e", "42184f94b026e045edd90534d59c7db0"),
    "replacement": ("43bb4fe2ef8473f0bf5e7cb2de30d356", "f308033627bcf79c4ac7790e208a5b0d"),
    "a schedule": ("08c43b76327c5be4fe41a2d49430a854", "e5f3d8b6f87b498013dd7a38ec2fda27"),
    "groups": ("7abdb31ac83677d59b0c9017309bb551", "71495f75637cb24222faa84ba093a66d"),
    "words of 64 bits": ("f7d726bf9cb3fe7c4e515851e2b0bfb4", "f3486f3eca6f3b1fc79d4b6d3ff74d08"),
    "weights": ("06bc7de1120923100573089ea593b5be", "30c2a0d4d4f83e4ef9ac5064d289de09"),
    "weights, replacement": (
        "9601d755f11d5a11bac97a57beab4ae3",
        "7d363aa119417d09c49d07ac8742d768",
    ),
    "weighted label sets": (
        "2e9c150c24df893861800382aa326c32",
        "3de9af74314d668f7c69be758155d6db",
    ),
    "numbers": ("a46c0dbce56ef9d8b384229d0844327e", "7107306b7b53a9eb7c06ed6194f8d34b"),
}


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_states_of_earlier_releases_are_taken(name):
    plan, (of_rows, of_batches) = golden.plan_of(name), FINGERPRINTS[name]
    state = {"version": STREAM_VERSION, "fingerprint": of_rows, "epoch": 2}
    rows = progress_in(RowStream(plan, ALONE), {**state, "position": 7, "cut": None})
    assert rows == (2, 7, None)
    state |= {"fingerprint": of_batches, "position": 6, "cut": [32, False, 2]}
    assert progress_in(BatchStream(plan, Ranks(2, 1), 16, False), state) == (2, 6, (32, False, 2))


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
