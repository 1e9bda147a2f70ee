import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbalance._arrays import SMALL_CHUNK
from skbalance._labels.pools import (
    FEW_CLASSES,
    LONG_SLICE,
    WIDE_CHUNK,
    _counted_chunks,
    count_codes,
    group,
    ungroup,
)


def check(codes, n_classes):
    rows, counts = group(codes, n_classes)
    assert np.array_equal(rows, np.argsort(codes, kind="stable"))
    assert np.array_equal(counts, np.bincount(codes, minlength=n_classes))
    assert np.array_equal(count_codes(codes, n_classes), counts)
    values = np.random.default_rng(1).integers(256, size=len(codes)).astype(np.uint8)
    assert np.array_equal(ungroup(values[rows], codes, n_classes), values)


@given(st.lists(st.integers(0, 9)), st.sampled_from([10, FEW_CLASSES + 1]))
def test_rows_are_grouped_by_class_in_row_order_and_ungrouped(codes, n_classes):
    check(np.array(codes, dtype=np.uint8), n_classes)


@pytest.mark.parametrize(
    "n_classes", [2, 40, FEW_CLASSES, FEW_CLASSES + 1, WIDE_CHUNK // LONG_SLICE + 1, 90_000]
)
def test_chunks_are_joined(n_classes):
    wide = max(WIDE_CHUNK, 8 * n_classes)  # up to it all is one chunk; of few classes in small ones
    random = np.random.default_rng(0)
    for size in wide, wide + 1, wide + SMALL_CHUNK + 17, 2 * wide + 17:
        check(
            random.integers(n_classes, size=size).astype(np.min_scalar_type(n_classes - 1)),
            n_classes,
        )
        check(
            (random.random(size) ** 9 * n_classes).astype(np.min_scalar_type(n_classes - 1)),
            n_classes,
        )


@pytest.mark.parametrize("n_classes", [FEW_CLASSES, FEW_CLASSES + 1, 2**14, 10**5])
def test_counts_of_all_chunks_take_a_byte_a_row(n_classes):
    codes = np.zeros(8 * 10**5, dtype=np.uint32)
    chunks, _ = _counted_chunks(codes, n_classes)
    last = chunks[-1][1].nbytes  # a chunk that is not full
    assert sum(counts.nbytes for _, counts in chunks) - last <= len(codes)
