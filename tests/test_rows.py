import h5py
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from left_out import optional
from scipy import sparse

from skbalance import InverseFrequencySampler

torch = optional("torch")

Y = np.array([0, 0, 0, 0, 1])
X = np.arange(10.0).reshape(5, 2)


def resample(X, y=Y):
    sampler = InverseFrequencySampler(n_samples=8, random_state=0)
    X_res, y_res = sampler.fit_resample(X, y)
    return X_res, y_res, sampler.sample_indices_


@pytest.mark.parametrize(
    "dtype", ["float32", "int16", "bool", "object", "U3", "complex64", "M8[s]"]
)
@pytest.mark.parametrize("shape", [(5, 2), (5, 1, 2), (5, 2, 1, 1)])
def test_numpy_arrays_of_any_dimension_and_dtype(shape, dtype):
    X_any = X.reshape(shape) if dtype == "object" else X.reshape(shape).astype("int8").astype(dtype)
    X_res, _, indices = resample(X_any)
    assert type(X_res) is np.ndarray
    assert X_res.dtype == X_any.dtype
    assert np.array_equal(X_res, X_any[indices])


def test_pandas_keeps_dtypes_and_index():
    frame = pd.DataFrame(
        {
            "number": pd.array([1, None, 3, 4, 5], dtype="Int16"),
            "kind": pd.Categorical(["a", "b", "a", "b", "c"]),
            "time": pd.date_range("2026-01-01", periods=5, tz="UTC"),
            "text": ["p", None, "r", "s", "t"],
            "sparse": pd.arrays.SparseArray([0, 0, 1, 0, 0]),
        },
        index=list("vwxyz"),
    )
    labels = pd.Series(["no"] * 4 + ["yes"], index=frame.index, name="label", dtype="category")
    X_res, y_res, indices = resample(frame, labels)
    pd.testing.assert_frame_equal(X_res, frame.iloc[indices])
    pd.testing.assert_series_equal(y_res, labels.iloc[indices])


def test_polars_keeps_its_schema():
    frame = pl.DataFrame(
        {"a": [1, 2, None, 4, 5], "b": list("vwxyz")}, schema_overrides={"a": pl.Int8}
    )
    X_res, y_res, indices = resample(frame, pl.Series("label", ["n", "n", "n", "n", "y"]))
    assert X_res.equals(frame[indices.tolist()])
    assert X_res.schema == frame.schema
    assert isinstance(y_res, pl.Series)
    assert y_res.name == "label"


@pytest.mark.parametrize("kind", ["csr", "csc", "lil", "coo", "bsr", "dia", "dok"])
@pytest.mark.parametrize("container", ["array", "matrix"])
def test_sparse_stays_sparse(kind, container):
    X_sparse = getattr(sparse, f"{kind}_{container}")(X)
    X_res, _, indices = resample(X_sparse)
    assert X_res.format == (kind if kind in ("csr", "csc", "lil") else "csr")
    assert np.array_equal(X_res.toarray(), X[indices])


def test_torch_tensors_stay_tensors():
    tensor = torch.arange(30, dtype=torch.float16).reshape(5, 2, 3)
    X_res, y_res, indices = resample(tensor, torch.tensor(Y))
    assert torch.equal(X_res, tensor[torch.as_tensor(indices)])
    assert torch.equal(y_res, torch.tensor(Y)[torch.as_tensor(indices)])


@pytest.mark.parametrize(
    "texts",
    [list("vwxyz"), np.array(list("vwxyz")), pd.Series(list("vwxyz"))],
    ids=["list", "numpy", "pandas"],
)
def test_texts_need_no_second_dimension(texts):
    X_res, _, indices = resample(texts)
    assert type(X_res) is type(texts)
    assert list(X_res) == [list(texts)[i] for i in indices]


def test_lists_of_rows_and_of_objects_stay_lists():
    for rows in X.tolist(), [{"a": i} for i in range(5)], [[1], [1, 2], [3], [], [5]]:
        X_res, y_res, indices = resample(rows, Y.tolist())
        assert X_res == [rows[i] for i in indices]
        assert y_res == [Y[i] for i in indices]
        assert isinstance(y_res, list)


def test_tuples_stay_tuples():
    rows = tuple(map(tuple, X))
    X_res, y_res, indices = resample(rows, tuple(Y))
    assert X_res == tuple(rows[i] for i in indices)
    assert y_res == tuple(Y[i] for i in indices)


@pytest.mark.parametrize(
    "X",
    [
        pd.Series([None, "w", "x", "y", "z"]),
        [float("nan"), "w", "x", "y", "z"],
        ["", "w", "x", "y", "z"],
        [[], ["v"], ["w", "x"], ["y"], []],
        np.array([(1, 2.0)] * 5, dtype=[("a", int), ("b", float)]),
        pd.Series(pd.date_range("2026-01-01", periods=5)),
        np.arange(5).astype("M8[D]"),
        pl.Series(["v", None, "x", "y", "z"]),
    ],
    ids=lambda X: type(X).__name__,
)
def test_one_dimension_of_other_than_numbers_is_no_error(X):
    assert len(resample(X)[0]) == 8


def test_nan_is_left_alone():
    X_nan = np.where(X > 5, np.nan, X)
    X_res, _, indices = resample(X_nan)
    assert np.array_equal(X_res, X_nan[indices], equal_nan=True)


@pytest.mark.parametrize(
    "kind",
    [
        lambda y: y[:, None],
        lambda y: np.eye(2, dtype=int)[y],
        lambda y: pd.get_dummies(pd.Series(y)),
    ],
)
def test_labels_of_two_dimensions_come_back_so(kind):
    y = kind(Y)
    _, y_res, indices = resample(X, y)
    assert type(y_res) is type(y)
    assert np.array_equal(np.asarray(y_res), np.asarray(y)[indices])


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.arange(5.0), ValueError, "Expected 2D array, got 1D array of numbers"),
        ([1, 2, 3, 4, 5], ValueError, "Expected 2D array, got 1D array of numbers"),
        (pd.Series([1, 2, 3, 4, 5]), ValueError, "Expected 2D array, got 1D array of numbers"),
        (pl.Series([1, 2, 3, 4, 5]), ValueError, "Expected 2D array, got 1D array of numbers"),
        (
            pd.Series([pd.NA, 1, 2, 3, 4], dtype="Int64"),
            ValueError,
            "Expected 2D array, got 1D array of numbers",
        ),
        (pl.Series([None, 1, 2, 3, 4]), ValueError, "Expected 2D array, got 1D array of numbers"),
        (torch.arange(5), ValueError, "Expected 2D array, got 1D array of numbers"),
        (
            np.empty((5, 0)),
            ValueError,
            r"0 feature\(s\) \(shape=\(5, 0\)\) while a minimum of 1 is required",
        ),
        (pd.DataFrame(index=range(5)), ValueError, r"0 feature\(s\) \(shape=\(5, 0\)\)"),
        ([[], [], [], [], []], ValueError, r"0 feature\(s\) \(shape=\(5, 0\)\)"),
        (np.empty((0, 2)), ValueError, r"0 sample\(s\) \(shape=\(0, 2\)\)"),
        ([], ValueError, r"0 sample\(s\)"),
        (np.float64(3), TypeError, "X must be an array, .* got float64"),
        ("abcde", TypeError, "X must be an array, .* got str"),
        ({"a": [1, 2, 3, 4, 5]}, TypeError, "X must be an array, .* got dict"),
        (iter([[1], [2]]), TypeError, "X must be an array, .* got list_iterator"),
        (X[:4], ValueError, r"inconsistent numbers of samples: \[4, 5\]"),
        (None, ValueError, "fit_resample needs rows to pick from, got X=None"),
    ],
    ids=lambda value: None if isinstance(value, str) else type(value).__name__,
)
def test_what_is_no_table_is_refused(X, error, message):
    with pytest.raises(error, match=message):
        resample(X)


@pytest.mark.parametrize(
    "texts",
    [
        pa.array(list("vwxyz"), pa.string_view()),
        pc.run_end_encode(pa.array(list("vvxyz"))),
    ],
    ids=["string_view", "run-end-encoded"],
)
def test_what_pyarrow_itself_cannot_pick_is_refused_with_the_way_out(texts):
    for data in texts, pa.table({"text": texts}):
        with pytest.raises(
            TypeError, match=r"cast a string_view to string, and decode what is run"
        ):
            resample(data)


def test_a_tensor_without_values_is_refused():
    with pytest.raises(
        TypeError, match="X is a meta tensor, which has a shape but holds no values"
    ):
        resample(torch.empty(5, 2, device="meta"))


def test_rows_of_files_may_be_empty(tmp_path):
    with h5py.File(tmp_path / "rows.h5", "w") as file:
        X_res, _, _ = resample(file.create_dataset("X", data=np.zeros((5, 2, 0))))
    assert X_res.shape == (8, 2, 0)


class Picks:
    """Rows of no package known here; what is picked of them has a length, but no shape."""

    shape = 5, 2

    def __getitem__(self, indices):
        return dict(enumerate(indices.tolist()))


def test_rows_that_are_picked_need_no_shape():
    X_res, _, indices = resample(Picks())
    assert list(X_res.values()) == indices.tolist()


def test_a_single_row_can_be_resampled():
    sampler = InverseFrequencySampler(n_samples=3)
    X_res, y_res = sampler.fit_resample([[1, 2]], ["a"], sample_weight=[0.5])
    assert (X_res, y_res) == ([[1, 2]] * 3, ["a"] * 3)


class BecomesAnArray:
    def __array__(self, dtype=None, copy=None):
        return np.arange(10.0).reshape(5, 2)


def test_rows_that_can_only_become_an_array_are_picked_from_it():
    X_res, _, indices = resample(BecomesAnArray())
    assert np.array_equal(X_res, np.arange(10.0).reshape(5, 2)[indices])
