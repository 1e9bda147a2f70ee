import collections

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from left_out import optional
from scipy import sparse

from skbalance._labels.codes import CHUNK_OF_TEXTS, MOST_WORDS, TABLE, encode

torch = optional("torch")

WORDS = ["b", "a", "b", "c"]
KINDS = {
    "list of str": WORDS,
    "tuple of str": tuple(WORDS),
    "numpy str": np.array(WORDS),
    "numpy object": np.array(WORDS, dtype=object),
    "numpy bytes": np.array(WORDS, dtype="S1"),
    "pandas str": pd.Series(WORDS),
    "pandas string": pd.Series(WORDS, dtype="string"),
    "pandas category": pd.Series(WORDS, dtype="category"),
    "pandas index": pd.Index(WORDS),
    "pandas frame": pd.DataFrame({"y": WORDS}),
    "polars str": pl.Series(WORDS),
    "polars categorical": pl.Series(WORDS, dtype=pl.Categorical),
    "polars frame": pl.DataFrame({"y": WORDS}),
    "column": np.array(WORDS)[:, None],
}
NUMBERS = [3, 1, 3, 5]
KINDS_OF_NUMBERS = {
    "list": NUMBERS,
    "list of numpy ints": [np.int64(n) for n in NUMBERS],
    **{
        dtype: np.array(NUMBERS, dtype=dtype)
        for dtype in ("int8", "uint8", "int16", "uint32", "int64", "uint64", ">i4", "object")
    },
    "strided": np.array([NUMBERS, NUMBERS]).T[:, 0],
    "pandas nullable": pd.Series(NUMBERS, dtype="Int64"),
    "pandas category": pd.Series(NUMBERS, dtype="category"),
    "polars": pl.Series(NUMBERS),
    "torch": torch.tensor(NUMBERS),
    "torch uint8": torch.tensor(NUMBERS, dtype=torch.uint8),
    "column": np.array(NUMBERS)[:, None],
}


@pytest.mark.parametrize("y", KINDS.values(), ids=KINDS)
def test_words_of_any_container_are_classes(y):
    classes, codes = encode(y)
    assert [label.decode() if isinstance(label, bytes) else label for label in classes] == [
        "a",
        "b",
        "c",
    ]
    assert codes.tolist() == [1, 0, 1, 2]
    assert codes.dtype == np.uint8


@pytest.mark.parametrize("y", KINDS_OF_NUMBERS.values(), ids=KINDS_OF_NUMBERS)
def test_whole_numbers_of_any_container_are_classes(y):
    classes, codes = encode(y)
    assert classes.tolist() == [1, 3, 5]
    assert codes.tolist() == [1, 0, 1, 2]


@pytest.mark.parametrize(
    "y",
    [
        [True, False, True],
        np.array([True, False, True]),
        pd.Series([True, False, True], dtype="boolean"),
    ],
)
def test_bools_are_classes(y):
    classes, codes = encode(y)
    assert classes.tolist() == [False, True]
    assert codes.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    "kind",
    [
        np.array,
        torch.tensor,
        pd.DataFrame,
        lambda y: pl.DataFrame(y, orient="row"),
        list,
        lambda y: np.array(y, dtype=float),
    ],
)
def test_one_hot_rows_are_the_numbers_of_their_columns(kind):
    classes, codes = encode(kind([[0, 0, 1], [1, 0, 0], [0, 0, 1]]))
    assert classes.tolist() == [0, 2]
    assert codes.tolist() == [1, 0, 1]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1), st.sampled_from(["int64", "object"]))
def test_codes_give_the_labels_back_however_far_apart_they_are(y, dtype):
    y = np.array(y, dtype=dtype)
    classes, codes = encode(y)
    assert classes[codes].tolist() == y.tolist()
    assert classes.tolist() == sorted(set(y.tolist()))


@given(
    st.sampled_from(["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]),
    st.data(),
)
def test_tables_of_integers_reach_from_end_to_end_of_the_dtype(dtype, data):
    info = np.iinfo(dtype)
    low = data.draw(st.sampled_from([info.min, int(info.max) - min(TABLE, 255) + 1, 0]))
    y = np.array(
        data.draw(st.lists(st.integers(low, min(low + 254, info.max)), min_size=1)), dtype=dtype
    )
    classes, codes = encode(y)
    assert classes.dtype == y.dtype
    assert np.array_equal(classes, np.unique(y))
    assert np.array_equal(classes[codes], y)


def test_codes_are_as_narrow_as_the_classes_allow():
    for n_classes, dtype in (
        (256, np.uint8),
        (257, np.uint16),
        (65_536, np.uint16),
        (65_537, np.uint32),
    ):
        assert encode(np.arange(n_classes))[1].dtype == dtype
        assert encode(np.arange(n_classes).astype(str))[1].dtype == dtype


texts = st.lists(st.text("ab\0\U0001f600", max_size=MOST_WORDS + 2), min_size=1)


@given(texts, st.sampled_from(["<U", ">U", "S", "strided"]))
def test_texts_of_any_width_are_told_apart_as_numpy_does(y, kind):
    y = (
        np.char.encode(y, "utf-8")
        if kind == "S"
        else np.array(y, dtype="<U" if kind == "strided" else kind)
    )
    if kind == "strided":
        y = np.stack([y, y[::-1]], axis=1)[:, 0]
    classes, codes = encode(y)
    expected, inverse = np.unique(y, return_inverse=True)
    assert classes.tolist() == expected.tolist()
    assert classes.dtype == y.dtype
    assert codes.tolist() == inverse.tolist()


def test_texts_of_a_fixed_width_are_not_made_objects(monkeypatch):
    monkeypatch.setattr("skbalance._labels.codes._encode_objects", None)
    assert encode(np.array(WORDS))[1].tolist() == [1, 0, 1, 2]


def test_more_texts_than_their_table_has_places_are_told_apart():
    # 100,000 texts share 65,536 places, and each comes up again after the others have taken its
    # place.
    numbers = np.concatenate(
        [np.arange(100_000), np.arange(100_000)[::-1], np.zeros(CHUNK_OF_TEXTS, dtype=int)]
    )
    classes, codes = encode(np.char.mod("%06d", numbers))
    assert classes.tolist() == [f"{number:06d}" for number in range(100_000)]
    assert np.array_equal(codes, numbers)


def test_labels_may_be_objects_that_hash_and_sort():
    import datetime

    days = [datetime.date(2026, 1, day) for day in (3, 1, 3)]
    classes, codes = encode(days)
    assert classes.tolist() == sorted(set(days))
    assert codes.tolist() == [1, 0, 1]


NA = [None, float("nan"), np.nan, pd.NA, pd.NaT]


@pytest.mark.parametrize("missing", NA, ids=repr)
@pytest.mark.parametrize("label", ["a", 1])
@pytest.mark.parametrize(
    "container",
    [list, pd.Series, lambda y: np.array(y, dtype=object), lambda y: pd.Series(y, dtype=object)],
)
def test_missing_labels_are_refused_with_their_rows(missing, label, container):
    with pytest.raises(
        ValueError,
        match=r"missing labels \(None, NaN or NA\) at row 1, 3; drop those rows or give them",
    ):
        encode(container([label, missing, label, missing]))


@pytest.mark.parametrize(
    "y",
    [
        pd.Series([1, None], dtype="Int64"),
        pd.Series(["a", None], dtype="category"),
        pd.DataFrame({"y": ["a", None]}),
        np.array([1.0, np.nan]),
        pl.Series([1, None]),
        pl.Series(["a", None]),
        pl.DataFrame({"y": ["a", None]}),
    ],
    ids=repr,
)
def test_missing_labels_of_other_kinds_are_refused(y):
    with pytest.raises(ValueError, match=r"missing labels .* at row 1;"):
        encode(y)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (
            [0.5, 1.5],
            ValueError,
            r"Unknown label type: .* got float64\. If they are classes, say so by converting them",
        ),
        (np.array([0.0, 1.0]), ValueError, "Unknown label type: .* got float64"),
        (torch.tensor([0.0, 1.0]), ValueError, "Unknown label type: .* got float32"),
        (pl.Series([0.0, 1.0]), ValueError, "Unknown label type: .* got float64"),
        (
            np.array(["a", 2.5], dtype=object),
            ValueError,
            r"Unknown label type: .* got 2\.5 \(float\)",
        ),
        ([1, 2.0], ValueError, r"Unknown label type: .* got 2\.0 \(float\)"),
        ([1j, 2j], ValueError, "Complex data not supported: .* got complex"),
        (
            np.array(["2026-01-01"], dtype="M8[D]"),
            ValueError,
            r"Unknown label type: .* got datetime64\[D\]",
        ),
        (
            [frozenset("a"), frozenset("b")],
            TypeError,
            "labels must be sortable, got frozenset such as frozenset",
        ),
        (
            np.fromiter([torch.tensor(0), torch.tensor(1)], dtype=object),
            TypeError,
            "labels must be scalars, got Tensor",
        ),
        (
            [["a", "b"], ["c", "d"]],
            ValueError,
            "Multilabel and multioutput targets are not supported",
        ),
        (
            ["a", 1],
            TypeError,
            "labels must be of one kind, so that they can be sorted, got int and str",
        ),
        ([{}, {}], TypeError, "labels must be hashable .* 'dict'"),
        (
            [[1, 1], [0, 1]],
            ValueError,
            r"Multilabel and multioutput targets are not supported.*got shape \(2, 2\)",
        ),
        ([[0, 0], [0, 1]], ValueError, "Multilabel and multioutput targets are not supported"),
        ([[0, 2], [1, 0]], ValueError, "Multilabel and multioutput targets are not supported"),
        (
            np.zeros((2, 2, 2), dtype=int),
            ValueError,
            r"1d array of labels, got an array of shape \(2, 2, 2\)",
        ),
        (np.int64(7), ValueError, r"1d array of labels, got an array of shape \(\)"),
        (7, TypeError, "y must be labels .* got int"),
        ("aab", TypeError, "y must be labels .* got str"),
        ({1, 2}, TypeError, "y must be labels .* got set"),
        pytest.param(
            iter([1, 2]), TypeError, "y must be labels .* got list_iterator", id="an iterator"
        ),
        ([[0, 1], [1]], ValueError, "y must be one label a row, got list that numpy cannot hold"),
        (
            torch.zeros(3, dtype=torch.bfloat16),
            ValueError,
            r"Unknown label type: .* got torch\.bfloat16",
        ),
        (
            sparse.csr_array([[0, 1], [1, 0]]),
            TypeError,
            r"sparse matrix; one-hot labels must be dense: pass y\.toarray\(\)",
        ),
    ],
    ids=repr,
)
def test_what_is_no_class_is_refused(y, error, message):
    with pytest.raises(error, match=message):
        encode(y)


class EndlessDataset(torch.utils.data.Dataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        raise AssertionError("an item was loaded")


def test_data_sets_are_refused_and_not_loaded():
    with pytest.raises(TypeError, match=r"y must be labels .* got EndlessDataset\."):
        encode(EndlessDataset())


def test_equal_words_of_other_kinds_are_not_merged():
    for y in (
        ["a", "a\0", "b"],
        [b"a", b"a\0", b"b"],
        collections.deque(["a", "a\0", "b"]),
        [["a"], ["a\0"], ["b"]],
    ):
        assert len(encode(y)[0]) == 3


def test_large_integers_of_a_list_stay_integers():
    assert encode([2**63 + 5, 5, 7])[0].tolist() == [5, 7, 2**63 + 5]
    assert encode([2**100, -1])[0].tolist() == [-1, 2**100]


def test_pandas_multi_index_and_tuples_of_objects_are_classes():
    assert encode(pd.MultiIndex.from_tuples([(0, "b"), (1, "a"), (0, "b")]))[1].tolist() == [
        0,
        1,
        0,
    ]


@pytest.mark.parametrize(
    "y",
    [
        [1, 1.0, 2],
        [1.0, 1, 2],
        (0, 1, 1.0),
        np.array([0, 1, 1.0], dtype=object),
        [1, np.float32(1)],
    ],
    ids=repr,
)
def test_a_float_is_seen_behind_an_equal_integer(y):
    with pytest.raises(
        ValueError, match=r"Unknown label type: .* got (np\.float32\()?1\.0\)? \(float"
    ):
        encode(y)


@pytest.mark.parametrize("nan_kind", [float("nan"), None, np.nan], ids=repr)
def test_missing_labels_are_seen_in_columns_and_other_sequences(nan_kind):
    for y in (
        [["a"], [nan_kind], ["b"]],
        ("a", nan_kind, "b"),
        collections.deque(["a", nan_kind, "b"]),
    ):
        with pytest.raises(ValueError, match=r"missing labels .* at row 1;"):
            encode(y)


def test_masked_labels_are_missing():
    y = np.ma.array([0, 0, 1, 9], mask=[0, 0, 0, 1])
    with pytest.raises(ValueError, match=r"missing labels .* at row 3;"):
        encode(y)
    assert encode(y[:3])[1].tolist() == [0, 0, 1]


def test_one_hot_tensors_may_require_a_gradient():
    y = torch.eye(3, requires_grad=True)
    assert encode(y)[1].tolist() == [0, 1, 2]


def test_a_list_of_words_and_nan_does_not_become_the_word_nan():
    with pytest.raises(ValueError, match=r"missing labels .* at row 1;"):
        encode(["a", float("nan"), "nan"])
