import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbalance._pools import CHUNK, group


@given(st.lists(st.integers(0, 9), min_size=1))
def test_group_lists_rows_by_class_in_row_order(codes):
    codes = np.array(codes, dtype=np.uint8)
    rows, counts = group(codes, 10)
    assert np.array_equal(rows, np.argsort(codes, kind="stable"))
    assert np.array_equal(counts, np.bincount(codes, minlength=10))


@pytest.mark.parametrize("n_classes", [2, 300, 90_000])
def test_group_joins_its_chunks(n_classes):
    codes = np.random.default_rng(0).integers(n_classes, size=2 * max(CHUNK, 4 * n_classes) + 17)
    rows, counts = group(codes, n_classes)
    assert np.array_equal(rows, np.argsort(codes, kind="stable"))
    assert np.array_equal(counts, np.bincount(codes, minlength=n_classes))
