"""Containers of labels and of rows: each is read right, or refused by name with a way out.

One table for labels, one for rows, one for each on dask. An entry has a function that makes the
container in a folder, and either what is expected of it or the error that it ends in.
"""

import array
import collections
import enum
import re
import warnings
from itertools import pairwise
from typing import Any, NamedTuple

import dask
import dask.array as da
import dask.bag
import dask.dataframe as dd
import datasets
import h5py
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import zarr
from dask.delayed import delayed
from left_out import needs_torch, optional, skip_without_torch
from scipy import sparse

import skbalance.dask
from skbalance import InverseFrequencySampler
from skbalance._labels import rows as rows_module
from skbalance._labels.codes import encode
from skbalance._labels.rows import take_rows

torch = optional("torch")

WORDS = ["b", "a", "b", "b", "a", "b"]
NUMBERS = [3, 1, 3, 3, 1, 3]
BOOLS = [True, False, True, True, False, True]
TUPLES = [("b", 1), ("a", 2), ("b", 1), ("b", 1), ("a", 2), ("b", 1)]
ONE_HOT = [[0, 1], [1, 0], [0, 1], [0, 1], [1, 0], [0, 1]]
COLUMNS = [1, 0, 1, 1, 0, 1]
MISSING = ["b", None, *WORDS[2:]]
TABLE = {"no": [0, 1, 0, 0, 1, 0], "yes": COLUMNS}
ARROW_CATEGORIES = pd.ArrowDtype(pa.dictionary(pa.int8(), pa.utf8()))
ROWS = [[i, 10 * i] for i in range(6)]
TEXTS = list("uvwxyz")


class Read(NamedTuple):
    """Read as these labels or rows; resampled, they come back as ``kind`` (None: as they came)."""

    values: list
    kind: Any = None


class Refused(NamedTuple):
    error: type
    message: str


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Size(enum.IntEnum):
    SMALL = 1
    LARGE = 3


def dataset():
    return datasets.Dataset.from_dict({"x": list(range(6)), "word": WORDS, "number": NUMBERS})


def h5(folder, **arrays):
    file = h5py.File(folder / "data.h5", "w")
    for name, values in arrays.items():
        file[name] = values
    return file


def in_torch():
    """The format's name, for a Dataset of tensors."""
    skip_without_torch()
    return "torch"


def in_zarr(folder, values):
    values = np.asarray(values)
    # open_array and open_group, as zarr 2, which Python 3.10 has, knows no other names for these.
    form = {"shape": values.shape, "dtype": values.dtype}
    stored = zarr.open_array(folder / "data.zarr", mode="w", **form)
    stored[:] = values
    return stored


def memmap(folder, values):
    values = np.asarray(values)
    stored = np.memmap(folder / "data", dtype=values.dtype, mode="w+", shape=values.shape)
    stored[:] = values
    return stored


def structured():
    return np.array([(1, 2.0)] * 6, dtype=[("a", int), ("b", float)])


NO_LABELS = r"y must be labels \(an array, a series, a tensor, a list\), got "
NO_ROWS = r"y must have rows that can be picked by number, got "
MISSING_AT_1 = Refused(ValueError, r"missing labels \(None, NaN or NA\) at row 1; drop those rows")
UNKNOWN = r"Unknown label type: .* got "
DASK = r"y is a dask collection \({}\).*take skbalance\.dask\..*or pass y\.compute\(\)"

# fmt: off
LABELS = {
    # Python
    "list": (lambda _: WORDS, Read(WORDS)),
    "tuple": (lambda _: tuple(WORDS), Read(WORDS)),
    "UserList": (lambda _: collections.UserList(WORDS), Read(WORDS, list)),
    "deque": (lambda _: collections.deque(WORDS), Read(WORDS, list)),
    "range": (lambda _: range(6), Read(list(range(6)), list)),
    "array.array": (lambda _: array.array("i", NUMBERS), Read(NUMBERS, list)),
    "array.array of characters": (lambda _: array.array("u", WORDS), Read(WORDS, list)),
    "memoryview": (lambda _: memoryview(np.array(NUMBERS)), Read(NUMBERS, np.ndarray)),
    "memoryview, one-hot": (lambda _: memoryview(np.array(ONE_HOT)), Read(COLUMNS, np.ndarray)),
    "members of an IntEnum": (lambda _: [Size(n) for n in NUMBERS], Read(NUMBERS, list)),
    "list of one-hot tuples": (lambda _: list(map(tuple, ONE_HOT)), Read(COLUMNS)),
    "one-hot tuples, then lists": (
        lambda _: [*map(tuple, ONE_HOT[:3]), *ONE_HOT[3:]],
        Read(COLUMNS),
    ),
    "members of an Enum": (
        lambda _: [Color.RED, Color.BLUE] * 3,
        Refused(TypeError, r"labels must be sortable, got Color such as <Color\.RED: 'red'>: pass "
                           r"their \.name or \.value, or make Color an IntEnum"),
    ),
    "members of two Enums": (
        lambda _: [Color.RED, enum.Enum("Shape", ["ROUND"]).ROUND] * 3,
        Refused(TypeError, "labels must be of one kind, .* got Color and Shape"),
    ),
    "list of tuples": (
        lambda _: TUPLES,
        Refused(ValueError, r"Multilabel and multioutput targets are not supported\. .*got shape "
                            r"\(6, 2\)\. Several labels a row want target_type='multilabel'\. "
                            r"A list of tuples or lists reads as several columns; .* "
                            "strings that join them, or as a pandas Series of tuples"),
    ),
    "list of tuples of two lengths": (
        lambda _: [("a", 1), ("b",)],
        Refused(ValueError, "y must be one label a row, got list that numpy cannot hold: rows of 1 "
                            "to 2 labels.* a pandas Series of tuples"),
    ),
    "str": (
        lambda _: "number",
        Refused(TypeError, NO_LABELS + r"str 'number': pass the column itself, X\['number'\]"),
    ),
    "bytes": (lambda _: b"number", Refused(TypeError, NO_LABELS + "bytes b'number'")),
    "iterator": (
        lambda _: iter(WORDS), Refused(TypeError, NO_LABELS + r"list_iterator: pass list\(y\)")
    ),
    "generator": (
        lambda _: (word for word in WORDS), Refused(TypeError, NO_LABELS + "generator: pass list")
    ),
    "set": (
        lambda _: {1, 2}, Refused(TypeError, NO_LABELS + "set: it keeps neither order nor repet")
    ),
    "dict": (
        lambda _: {0: "a", 1: "b"},
        Refused(TypeError, NO_LABELS + r"dict: pass list\(y\.values\(\)\) if"),
    ),
    "dict_values": (
        lambda _: {0: "a", 1: "b"}.values(),
        Refused(TypeError, NO_LABELS + r"dict_values: pass list\(y\)"),
    ),
    "int": (lambda _: 7, Refused(TypeError, NO_LABELS + r"int\.")),
    # numpy
    "numpy": (lambda _: np.array(NUMBERS), Read(NUMBERS)),
    **(
        {"numpy StringDType": (lambda _: np.array(WORDS, np.dtypes.StringDType()), Read(WORDS))}
        if hasattr(np.dtypes, "StringDType") else {}  # new in numpy 2
    ),
    "numpy masked": (lambda _: np.ma.array(NUMBERS), Read(NUMBERS)),
    "numpy masked, one missing": (
        lambda _: np.ma.array(NUMBERS, mask=[0, 1, 0, 0, 0, 0]), MISSING_AT_1
    ),
    "numpy memmap": (lambda folder: memmap(folder, NUMBERS), Read(NUMBERS, np.ndarray)),
    "numpy structured": (
        lambda _: structured(),
        Refused(TypeError, r"y holds records of several fields \(\[\('a', .*: pass one of the"),
    ),
    "numpy recarray": (
        lambda _: structured().view(np.recarray),
        Refused(TypeError, "y holds records of several fields"),
    ),
    "numpy, no dimension": (
        lambda _: np.array(3), Refused(ValueError, r"1d array of labels, got .* shape \(\)")
    ),
    # scipy
    **{
        f"scipy {form}_{kind}": (
            lambda _, name=f"{form}_{kind}": getattr(sparse, name)(np.array(ONE_HOT)),
            Refused(TypeError, r"y is a sparse matrix; .* pass y\.toarray\(\)"),
        )
        for form in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
        for kind in ("array", "matrix")
    },
    # pandas
    "pandas Series": (lambda _: pd.Series(WORDS), Read(WORDS)),
    "pandas values": (lambda _: pd.DataFrame({"y": WORDS})["y"].values, Read(WORDS)),
    "pandas Arrow array": (
        lambda _: pd.array(WORDS, dtype=pd.ArrowDtype(pa.string())), Read(WORDS)
    ),
    "pandas Arrow integers": (
        lambda _: pd.Series(NUMBERS, dtype=pd.ArrowDtype(pa.int8())), Read(NUMBERS)
    ),
    "pandas Arrow lists": (
        lambda _: pd.Series(ONE_HOT, dtype=pd.ArrowDtype(pa.list_(pa.int8()))), Read(COLUMNS)
    ),
    "pandas StringArray": (lambda _: pd.array(WORDS, dtype="string[python]"), Read(WORDS)),
    "pandas Categorical": (lambda _: pd.Categorical(WORDS), Read(WORDS)),
    "pandas Int64": (lambda _: pd.array(NUMBERS, dtype="Int64"), Read(NUMBERS)),
    "pandas Int64, one missing": (lambda _: pd.array([1, None], dtype="Int64"), MISSING_AT_1),
    "pandas Index": (lambda _: pd.Index(WORDS), Read(WORDS)),
    "pandas Index of numbers": (lambda _: pd.Index(NUMBERS), Read(NUMBERS)),
    "pandas MultiIndex": (lambda _: pd.MultiIndex.from_tuples(TUPLES), Read(TUPLES)),
    "pandas Series of tuples": (lambda _: pd.Series(TUPLES), Read(TUPLES)),
    "pandas Series of lists": (lambda _: pd.Series(ONE_HOT), Read(COLUMNS)),
    "pandas sparse": (lambda _: pd.Series(pd.arrays.SparseArray(NUMBERS)), Read(NUMBERS)),
    "pandas SparseArray": (lambda _: pd.arrays.SparseArray(NUMBERS), Read(NUMBERS)),
    "pandas one-hot": (lambda _: pd.DataFrame(TABLE), Read(COLUMNS)),
    "pandas one-hot, sparse": (
        lambda _: pd.get_dummies(pd.Series(WORDS), sparse=True), Read(COLUMNS)
    ),
    "pandas frame that seems to have a structured dtype": (
        lambda _: pd.DataFrame({"dtype": WORDS}, index=["names", *"uvwxy"]), Read(WORDS)
    ),
    "pandas Arrow structs": (
        lambda _: pd.Series([{"a": 1}] * 6, dtype=pd.ArrowDtype(pa.struct({"a": pa.int8()}))),
        Refused(TypeError, r"records of several fields \(struct<a: int8>"),
    ),
    # polars
    "polars": (lambda _: pl.Series(WORDS), Read(WORDS)),
    "polars Categorical": (lambda _: pl.Series(WORDS, dtype=pl.Categorical), Read(WORDS)),
    "polars Enum": (lambda _: pl.Series(WORDS, dtype=pl.Enum(["b", "a"])), Read(WORDS)),
    "polars Object": (lambda _: pl.Series(WORDS, dtype=pl.Object), Read(WORDS)),
    "polars List": (lambda _: pl.Series(ONE_HOT), Read(COLUMNS)),
    "polars List, not one-hot": (
        lambda _: pl.Series([[1, 1], [0, 1]]), Refused(ValueError, "Multilabel and multioutput")
    ),
    "polars List of two lengths": (
        lambda _: pl.Series([[1], [0, 1]]),
        Refused(ValueError, "got Series that numpy cannot hold: rows of 1 to 2 labels"),
    ),
    "polars Array": (lambda _: pl.Series(ONE_HOT, dtype=pl.Array(pl.Int8, 2)), Read(COLUMNS)),
    "polars one-hot": (lambda _: pl.DataFrame(TABLE), Read(COLUMNS)),
    "polars, one missing": (lambda _: pl.Series(MISSING), MISSING_AT_1),
    "polars frame, one missing": (lambda _: pl.DataFrame({"y": MISSING}), MISSING_AT_1),
    "polars frame without columns": (
        lambda _: pl.DataFrame(),
        # of which older polars makes no array
        Refused(ValueError, r"1d array of labels, got .* shape \(0, 0\)|that numpy cannot hold"),
    ),
    "polars Struct": (
        lambda _: pl.Series([{"a": 1}] * 6),
        Refused(TypeError, r"y holds records of several fields \(Struct\(\{'a': Int64\}\)\)"),
    ),
    "polars Date": (
        lambda _: pl.Series(NUMBERS).cast(pl.Date), Refused(ValueError, UNKNOWN + "datetime64")
    ),
    "polars LazyFrame": (
        lambda _: pl.LazyFrame({"y": WORDS}),
        Refused(TypeError, NO_ROWS + r"LazyFrame \(polars\): pass y\.collect\(\)"),
    ),
    "polars expression": (
        lambda _: pl.col("y"),
        Refused(TypeError, NO_ROWS + r"Expr \(polars\): pass what it selects from a frame"),
    ),
    # pyarrow
    "pyarrow": (lambda _: pa.array(WORDS), Read(WORDS)),
    "pyarrow integers": (lambda _: pa.array(NUMBERS), Read(NUMBERS)),
    "pyarrow bools": (lambda _: pa.array(BOOLS), Read(BOOLS)),
    "pyarrow, one missing": (lambda _: pa.array(MISSING), MISSING_AT_1),
    "pyarrow integers, one missing": (lambda _: pa.array([1, None, 2]), MISSING_AT_1),
    "pyarrow dictionary": (lambda _: pa.array(WORDS).dictionary_encode(), Read(WORDS)),
    "pyarrow dictionary, one missing": (
        lambda _: pa.array(MISSING).dictionary_encode(), MISSING_AT_1
    ),
    "pyarrow chunks": (lambda _: pa.chunked_array([WORDS[:2], WORDS[2:]]), Read(WORDS)),
    "pyarrow chunks of a dictionary": (
        lambda _: pa.chunked_array([WORDS[:2], WORDS[2:]]).dictionary_encode(), Read(WORDS)
    ),
    "pyarrow chunks, one missing": (
        lambda _: pa.chunked_array([MISSING[:1], MISSING[1:]]), MISSING_AT_1
    ),
    "pyarrow lists": (lambda _: pa.array(ONE_HOT), Read(COLUMNS)),
    "pyarrow lists of a fixed size": (
        lambda _: pa.array(ONE_HOT, pa.list_(pa.int8(), 2)), Read(COLUMNS)
    ),
    "pyarrow Table": (lambda _: pa.table({"y": WORDS}), Read(WORDS)),
    "pyarrow Table, one-hot": (lambda _: pa.table(TABLE), Read(COLUMNS)),
    "pyarrow Table, one missing": (lambda _: pa.table({"y": MISSING}), MISSING_AT_1),
    "pyarrow RecordBatch": (lambda _: pa.record_batch({"y": WORDS}), Read(WORDS)),
    "pyarrow RecordBatch, one-hot": (lambda _: pa.record_batch(TABLE), Read(COLUMNS)),
    "pyarrow RecordBatch, one missing": (
        lambda _: pa.record_batch({"y": MISSING}), MISSING_AT_1
    ),
    "pyarrow Table without columns": (
        lambda _: pa.table({}), Refused(ValueError, r"1d array of labels, got .* shape \(0, 0\)")
    ),
    "pyarrow structs": (
        lambda _: pa.array([{"a": 1}] * 6),
        Refused(TypeError, r"y holds records of several fields \(struct<a: int64>\)"),
    ),
    "pyarrow scalar": (
        lambda _: pa.scalar(1), Refused(TypeError, NO_ROWS + r"Int64Scalar \(pyarrow\)")
    ),
    "pyarrow scalar of a list": (
        lambda _: pa.scalar([1, 2]), Refused(TypeError, NO_ROWS + r"ListScalar \(pyarrow\)")
    ),
    "list of pyarrow scalars": (
        lambda _: list(pa.array(NUMBERS)),
        Refused(TypeError, "labels must be sortable, got Int64Scalar such as .* pass strings or"),
    ),
    # torch
    "tensor": (lambda _: torch.tensor(NUMBERS), Read(NUMBERS)),
    "tensor of bools": (lambda _: torch.tensor(BOOLS), Read(BOOLS)),
    "tensor with a gradient": (
        lambda _: torch.tensor(ONE_HOT, dtype=torch.float32, requires_grad=True), Read(COLUMNS)
    ),
    "list of tensors": (lambda _: list(torch.tensor(NUMBERS)), Read(NUMBERS)),
    "tensor, no dimension": (
        lambda _: torch.tensor(3), Refused(ValueError, r"1d array of labels, got .* shape \(\)")
    ),
    "tensor of bfloat16": (
        lambda _: torch.zeros(6, dtype=torch.bfloat16),
        Refused(ValueError, UNKNOWN + r"torch\.bfloat16"),
    ),
    "tensor of bfloat16, a column": (
        lambda _: torch.zeros((6, 1), dtype=torch.bfloat16),
        Refused(ValueError, UNKNOWN + r"torch\.bfloat16"),
    ),
    "tensor of bfloat16, one-hot": (
        lambda _: torch.tensor(ONE_HOT, dtype=torch.bfloat16), Read(COLUMNS)
    ),
    "tensor of complex32": (
        lambda _: torch.tensor(ONE_HOT, dtype=torch.complex32),
        Refused(ValueError, UNKNOWN + r"torch\.complex32"),
    ),
    "tensor of conjugates": (
        lambda _: torch.tensor([1j] * 6).conj(), Refused(ValueError, "Complex data not supported")
    ),
    "sparse tensor": (
        lambda _: torch.tensor(ONE_HOT).to_sparse(),
        Refused(TypeError, r"sparse tensor \(torch\.sparse_coo\): pass y\.to_dense\(\)"),
    ),
    "sparse tensor by rows": (
        lambda _: torch.tensor(ONE_HOT).to_sparse_csr(),
        Refused(TypeError, r"sparse tensor \(torch\.sparse_csr\): pass y\.to_dense\(\)"),
    ),
    "meta tensor": (
        lambda _: torch.empty(6, device="meta"),
        Refused(TypeError, "y is a meta tensor, which has a shape but holds no values"),
    ),
    "nested tensor": (
        lambda _: torch.nested.nested_tensor([torch.ones(1), torch.ones(2)]),
        Refused(TypeError, r"y is a nested tensor: pass list\(y\.unbind\(\)\)"),
    ),
    # Hugging Face
    "Hugging Face column": (lambda _: dataset()["word"], Read(WORDS, list)),
    "Hugging Face column, selected": (
        lambda _: dataset().select([5, 4, 3])["word"], Read(WORDS[:2:-1], list)
    ),
    "Hugging Face column of arrays": (
        lambda _: dataset().with_format("numpy")["number"], Read(NUMBERS, np.ndarray)
    ),
    "Hugging Face column of tensors": (
        lambda _: dataset().with_format(in_torch())["number"], Read(NUMBERS, torch.Tensor)
    ),
    "Hugging Face column of class labels": (
        lambda _: dataset().class_encode_column("word")["word"], Read(COLUMNS, list)
    ),
    "Hugging Face column, one missing": (
        lambda _: datasets.Dataset.from_dict({"y": MISSING})["y"], MISSING_AT_1
    ),
    "Hugging Face Dataset": (
        lambda _: dataset(),
        Refused(TypeError, NO_LABELS + r"Dataset: pass one of its columns, y\[\.\.\.\] with 'x' or "
                                       "'word' or 'number'"),
    ),
    "Hugging Face DatasetDict": (
        lambda _: datasets.DatasetDict(train=dataset(), test=dataset()),
        Refused(TypeError, NO_ROWS + r"DatasetDict \(datasets\): pass one of its splits, "
                                     r"y\[\.\.\.\] with 'train' or 'test'"),
    ),
    "Hugging Face IterableDataset": (
        lambda _: dataset().to_iterable_dataset(),
        Refused(TypeError, NO_ROWS + r"IterableDataset \(datasets\): load it without streaming"),
    ),
    "Hugging Face IterableDatasetDict": (
        lambda _: datasets.IterableDatasetDict(train=dataset().to_iterable_dataset()),
        Refused(TypeError, NO_ROWS + r"IterableDatasetDict \(datasets\): load it without"),
    ),
    "Hugging Face iterable column": (
        lambda _: dataset().to_iterable_dataset()["word"],
        Refused(TypeError, NO_LABELS + r"IterableColumn: pass list\(y\)"),
    ),
    # h5py and zarr
    "h5py": (lambda folder: h5(folder, y=NUMBERS)["y"], Read(NUMBERS, np.ndarray)),
    "h5py one-hot": (lambda folder: h5(folder, y=ONE_HOT)["y"], Read(COLUMNS, np.ndarray)),
    "h5py strings": (lambda folder: h5(folder, y=WORDS)["y"].asstr(), Read(WORDS, np.ndarray)),
    "h5py bytes": (
        lambda folder: h5(folder, y=WORDS)["y"], Read([w.encode() for w in WORDS], np.ndarray)
    ),
    "h5py File": (
        lambda folder: h5(folder, a=NUMBERS, b=NUMBERS),
        Refused(TypeError, NO_ROWS + r"File \(h5py\): pass one of its arrays, .* 'a' or 'b'"),
    ),
    "h5py, empty": (
        lambda folder: h5(folder, y=h5py.Empty("i"))["y"],
        Refused(ValueError, r"got Dataset that numpy cannot hold|1d array of labels, got .* \(\)"),
    ),
    "zarr": (lambda folder: in_zarr(folder, NUMBERS), Read(NUMBERS, np.ndarray)),
    "zarr one-hot": (lambda folder: in_zarr(folder, ONE_HOT), Read(COLUMNS, np.ndarray)),
    "zarr Group": (
        lambda folder: zarr.open_group(folder / "group", mode="w"),
        Refused(TypeError, NO_ROWS + r"Group \(zarr\): pass one of its arrays"),
    ),
    # dask
    "dask Series": (
        lambda _: dd.from_pandas(pd.Series(WORDS), npartitions=2),
        Refused(TypeError, DASK.format("Series")),
    ),
    "dask Index": (
        lambda _: dd.from_pandas(pd.Series(WORDS), npartitions=2).index,
        Refused(TypeError, DASK.format("Index")),
    ),
    "dask array": (
        lambda _: da.from_array(np.array(NUMBERS)), Refused(TypeError, DASK.format("Array"))
    ),
    "dask bag": (lambda _: dask.bag.from_sequence(WORDS), Refused(TypeError, DASK.format("Bag"))),
}
# fmt: on


@pytest.fixture
def make(tmp_path):
    """A container made of an entry's function, past torch's warnings that some are prototypes."""

    def make_container(function):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(tmp_path)

    return make_container


def seeded(**parameters):
    return InverseFrequencySampler(random_state=0, **parameters)


def entries(table, expectation):
    chosen = {name: entry for name, entry in table.items() if isinstance(entry[1], expectation)}
    return pytest.mark.parametrize(("function", "expected"), chosen.values(), ids=chosen)


def plain(rows):
    """Rows or labels of any container as a list of Python's own values, lists and tuples."""
    if isinstance(rows, (pa.Table, pa.RecordBatch)):
        return [list(row.values()) for row in rows.to_pylist()]
    if isinstance(rows, datasets.Dataset):
        return [list(row.values()) for row in rows.with_format(None)]
    if isinstance(rows, pl.DataFrame):
        return list(map(list, rows.rows()))
    if isinstance(rows, pd.DataFrame) or sparse.issparse(rows):
        rows = rows.to_numpy() if isinstance(rows, pd.DataFrame) else rows.toarray()
    for method in "to_pylist", "to_list", "tolist":
        if hasattr(rows, method):
            return getattr(rows, method)()
    return list(rows)


@entries(LABELS, Read)
def test_labels_are_read_from(function, expected, make):
    classes, codes = encode(make(function))
    assert classes.tolist() == sorted(set(expected.values))
    assert classes[codes].tolist() == expected.values


@entries(LABELS, Read)
def test_resampled_labels_are_those_of_the_rows_drawn_from(function, expected, make):
    y = make(function)
    sampler = InverseFrequencySampler(random_state=0)
    X_res, y_res = sampler.fit_resample(np.arange(len(expected.values))[:, None], y)
    assert type(y_res) is (expected.kind or type(y))
    classes, codes = encode(y_res)
    assert classes[codes].tolist() == [expected.values[row] for row in X_res.ravel()]


@needs_torch
@entries(LABELS, Read)
def test_torch_samplers_take_the_labels_from(function, expected, make):
    ours = seeded().to_torch_sampler([None] * len(expected.values), labels=make(function))
    ordered = sorted(set(expected.values))
    codes = [ordered.index(label) for label in expected.values]
    assert list(ours) == seeded().fit(None, codes).draw().tolist()


@entries(LABELS, Refused)
def test_labels_are_refused_from(function, expected, make):
    X = pd.DataFrame({"number": range(6)})
    for use in seeded().fit, seeded().fit_resample:
        with pytest.raises(expected.error, match=expected.message):
            use(X, make(function))
    skip_without_torch()
    # There the parameter has another name.
    message = expected.message.replace("y must be labels", "labels must be one for each row")
    with pytest.raises(expected.error, match=re.sub(r"\by\b", "labels", message)):
        seeded().to_torch_sampler(X, labels=make(function))


@needs_torch
@pytest.mark.parametrize("container", [datasets.DatasetDict(train=dataset()), pl.LazyFrame(TABLE)])
def test_torch_samplers_refuse_a_dataset_without_row_numbers(container):
    message = rf"{type(container).__name__}.*(take one, as in|pass dataset\.collect\(\))"
    with pytest.raises(TypeError, match=message):
        seeded().to_torch_sampler(container)


# What a y of each kind holds on dask: partitions of pandas, or blocks of numpy and scipy.
IN_PARTITION = r"in partition \d of y: "


def frames(pandas):
    # As they are: dask would make strings of tuples, of lists and of members of an Enum.
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_pandas(pandas, npartitions=2, sort=False)


# fmt: off
LABELS_ON_DASK = {
    **{
        name: (lambda folder, make=LABELS[name][0]: frames(make(folder)), LABELS[name][1])
        for name in ("pandas Series", "pandas Arrow integers", "pandas Series of tuples",
                     "pandas Series of lists", "pandas sparse", "pandas one-hot")
    },
    "Series of an Arrow dictionary": (
        lambda _: frames(pd.Series(WORDS, dtype=ARROW_CATEGORIES)),
        Read(WORDS),
    ),
    "Series of categories": (lambda _: frames(pd.Series(WORDS, dtype="category")), Read(WORDS)),
    "Series of members of an Enum": (
        lambda _: frames(pd.Series([Color.RED, Color.BLUE] * 3)),
        Refused(TypeError, IN_PARTITION + r"labels must be sortable, got Color .*\.name or"),
    ),
    "Series, one missing": (
        lambda _: frames(pd.Series(MISSING)), Refused(ValueError, IN_PARTITION + "y has missing")
    ),
    "Index": (
        lambda _: frames(pd.Series(WORDS)).index,
        Refused(TypeError, r"got Index; pass y\.to_series\(\)"),
    ),
    "bag": (
        lambda _: dask.bag.from_sequence(WORDS),
        Refused(TypeError, "y must be a dask DataFrame, Series or array, got Bag"),
    ),
    "delayed": (
        lambda _: delayed(WORDS),
        Refused(TypeError, "y must be a dask DataFrame, Series or array, got Delayed"),
    ),
    "str": (
        lambda _: "word",
        Refused(TypeError, r"y must be a dask .*, got str; pass the column itself, X\['word'\]"),
    ),
    "array": (lambda _: da.from_array(np.array(WORDS), chunks=4), Read(WORDS)),
    "array, one-hot": (lambda _: da.from_array(np.array(ONE_HOT), chunks=4), Read(COLUMNS)),
    "array over a memmap": (
        lambda folder: da.from_array(memmap(folder, NUMBERS), chunks=4), Read(NUMBERS)
    ),
    "array over h5py": (
        lambda folder: da.from_array(h5(folder, y=NUMBERS)["y"], chunks=4), Read(NUMBERS)
    ),
    "array over zarr": (
        lambda folder: da.from_array(in_zarr(folder, NUMBERS), chunks=4), Read(NUMBERS)
    ),
    "array, masked": (
        lambda _: da.from_array(np.ma.array(NUMBERS), chunks=4), Read(NUMBERS)
    ),
    "array, one masked": (
        lambda _: da.from_array(np.ma.array(NUMBERS, mask=[0, 1, 0, 0, 0, 0]), chunks=4),
        Refused(ValueError, IN_PARTITION + "y has missing labels .* at row 1"),
    ),
    "array, structured": (
        lambda _: da.from_array(structured(), chunks=4),
        Refused(TypeError, IN_PARTITION + "y holds records of several fields"),
    ),
    "array of sparse blocks": (
        lambda _: da.from_array(np.array(ONE_HOT), chunks=(4, 2)).map_blocks(sparse.csr_array),
        Refused(TypeError, IN_PARTITION + "y is a sparse matrix"),
    ),
}
# fmt: on


@entries(LABELS_ON_DASK, Read)
def test_dask_s_sampler_reads_labels_from(function, expected, make):
    sampler = skbalance.dask.InverseFrequencySampler(random_state=0).fit(None, make(function))
    ordered = sorted(set(expected.values))
    codes = [ordered.index(label) for label in expected.values]
    assert sampler.classes_.tolist() == ordered
    assert sampler.draw().compute().tolist() == sorted(seeded().fit(None, codes).draw())


@entries(LABELS_ON_DASK, Refused)
def test_dask_s_sampler_refuses_labels_from(function, expected, make):
    with pytest.raises(expected.error, match=expected.message):
        skbalance.dask.InverseFrequencySampler().fit(None, make(function))


@pytest.mark.parametrize("name", [name for name in LABELS if not name.startswith("dask")])
def test_dask_s_sampler_refuses_labels_in_memory_by_name(name, make):
    y = make(LABELS[name][0])
    message = f"y must be a dask DataFrame, Series or array, got {type(y).__name__};"
    with pytest.raises(TypeError, match=message):
        skbalance.dask.InverseFrequencySampler().fit(None, y)


ARRAY = np.array(ROWS)
FRAME = pd.DataFrame(ROWS, columns=["a", "b"])
NUMBERS_ALONE = Refused(ValueError, "Expected 2D array, got 1D array of numbers")
NO_TABLE = (
    "X must be an array, .* or a list of rows, got {}; .* fit\\(None, y\\) and draw\\(\\) give"
)

# fmt: off
ROWS_OF = {
    # Python
    "list": (lambda _: ROWS, Read(ROWS)),
    "tuple": (lambda _: tuple(ROWS), Read(ROWS)),
    "deque": (lambda _: collections.deque(ROWS), Read(ROWS, list)),
    "UserList": (lambda _: collections.UserList(ROWS), Read(ROWS, list)),
    "memoryview": (lambda _: memoryview(ARRAY), Read(ROWS, np.ndarray)),
    "list of texts": (lambda _: TEXTS, Read(TEXTS)),
    "array.array": (lambda _: array.array("i", NUMBERS), NUMBERS_ALONE),
    "range": (lambda _: range(6), NUMBERS_ALONE),
    "str": (lambda _: "number", Refused(TypeError, NO_TABLE.format("str"))),
    "dict": (lambda _: {"a": NUMBERS}, Refused(TypeError, NO_TABLE.format("dict"))),
    "iterator": (lambda _: iter(ROWS), Refused(TypeError, NO_TABLE.format("list_iterator"))),
    "set": (lambda _: {1, 2}, Refused(TypeError, NO_TABLE.format("set"))),
    # numpy and scipy
    "numpy": (lambda _: ARRAY, Read(ROWS)),
    "numpy structured": (lambda _: structured(), Read([(1, 2.0)] * 6)),
    "numpy recarray": (lambda _: structured().view(np.recarray), Read([(1, 2.0)] * 6)),
    "numpy masked": (
        lambda _: np.ma.array(ARRAY, mask=ARRAY == 1),
        Read([[0, 0], [None, 10], *ROWS[2:]]),
    ),
    "numpy memmap": (lambda folder: memmap(folder, ARRAY), Read(ROWS, np.ndarray)),
    "numpy, no dimension": (lambda _: np.array(3), Refused(TypeError, NO_TABLE.format("ndarray"))),
    **{
        f"scipy {form}_{kind}": (
            lambda _, name=f"{form}_{kind}": getattr(sparse, name)(ARRAY),
            Read(ROWS, getattr(sparse, f"{form if form in ('csc', 'lil') else 'csr'}_{kind}")),
        )
        for form in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
        for kind in ("array", "matrix")
    },
    "scipy, one dimension": (
        lambda _: sparse.coo_array(np.array(NUMBERS)),
        # scipy before 1.13 makes a row of it
        Refused(ValueError, rf"{NUMBERS_ALONE.message}|inconsistent numbers of samples: \[1, 6\]"),
    ),
    # pandas
    "pandas frame": (lambda _: FRAME, Read(ROWS)),
    "pandas Arrow frame": (
        lambda _: FRAME.astype(pd.ArrowDtype(pa.int16())), Read(ROWS)
    ),
    "pandas sparse frame": (lambda _: FRAME.astype(pd.SparseDtype(int)), Read(ROWS)),
    "pandas values": (lambda _: pd.DataFrame({"a": TEXTS})["a"].values, Read(TEXTS)),
    "pandas Index": (lambda _: pd.Index(TEXTS), Read(TEXTS)),
    "pandas MultiIndex": (lambda _: pd.MultiIndex.from_frame(FRAME), Read(list(map(tuple, ROWS)))),
    "pandas Index of numbers": (lambda _: pd.Index(NUMBERS), NUMBERS_ALONE),
    # polars
    "polars frame": (lambda _: pl.DataFrame(FRAME.to_dict("list")), Read(ROWS)),
    "polars": (lambda _: pl.Series(TEXTS), Read(TEXTS)),
    "polars List": (lambda _: pl.Series(ROWS), Read(ROWS)),
    "polars LazyFrame": (
        lambda _: pl.LazyFrame({"a": NUMBERS}),
        Refused(TypeError, r"X must have rows .* got LazyFrame \(polars\): pass X\.collect\(\)"),
    ),
    # pyarrow
    "pyarrow Table": (lambda _: pa.table(FRAME.to_dict("list")), Read(ROWS)),
    "pyarrow RecordBatch": (lambda _: pa.record_batch(FRAME.to_dict("list")), Read(ROWS)),
    "pyarrow": (lambda _: pa.array(TEXTS), Read(TEXTS)),
    "pyarrow chunks": (lambda _: pa.chunked_array([TEXTS[:2], TEXTS[2:]]), Read(TEXTS)),
    "pyarrow dictionary": (lambda _: pa.array(TEXTS).dictionary_encode(), Read(TEXTS)),
    "pyarrow lists": (lambda _: pa.array(ROWS), Read(ROWS)),
    "pyarrow integers": (lambda _: pa.array(NUMBERS), NUMBERS_ALONE),
    "pyarrow integers, some missing": (lambda _: pa.array([None, *NUMBERS[1:]]), NUMBERS_ALONE),
    "pyarrow scalar": (lambda _: pa.scalar(1), Refused(TypeError, r"got Int64Scalar \(pyarrow\)")),
    # torch
    "tensor": (lambda _: torch.tensor(ROWS), Read(ROWS)),
    "tensor of bfloat16": (lambda _: torch.tensor(ROWS, dtype=torch.bfloat16), Read(ROWS)),
    "tensor with a gradient": (
        lambda _: torch.tensor(ROWS, dtype=torch.float32, requires_grad=True), Read(ROWS)
    ),
    "sparse tensor": (
        lambda _: torch.tensor(ROWS).to_sparse(),
        Refused(TypeError, r"X is a sparse tensor \(torch\.sparse_coo\): pass X\.to_dense\(\)"),
    ),
    "nested tensor": (
        lambda _: torch.nested.nested_tensor([torch.ones(1), torch.ones(2)]),
        Refused(TypeError, r"X is a nested tensor: pass list\(X\.unbind\(\)\)"),
    ),
    "torch dataset": (
        lambda _: torch.utils.data.TensorDataset(torch.tensor(ROWS)),
        Refused(TypeError, NO_TABLE.format("TensorDataset")),
    ),
    # Hugging Face
    "Hugging Face Dataset": (
        lambda _: dataset(),
        Read([list(row) for row in zip(range(6), WORDS, NUMBERS, strict=True)]),
    ),
    "Hugging Face Dataset of tensors, shuffled": (
        lambda _: dataset().select([5, 4, 3, 2, 1, 0]).with_format(in_torch()),
        Read([list(row) for row in zip(range(6), WORDS, NUMBERS, strict=True)][::-1]),
    ),
    "Hugging Face column": (lambda _: dataset()["word"], Read(WORDS, list)),
    "Hugging Face column of numbers": (lambda _: dataset()["number"], NUMBERS_ALONE),
    "Hugging Face DatasetDict": (
        lambda _: datasets.DatasetDict(train=dataset(), test=dataset()),
        Refused(TypeError, r"X must have rows .* got DatasetDict \(datasets\): pass one of its "
                           r"splits, X\[\.\.\.\] with 'train' or 'test'"),
    ),
    "Hugging Face IterableDataset": (
        lambda _: dataset().to_iterable_dataset(),
        Refused(TypeError, r"X must have rows .* got IterableDataset \(datasets\): load it"),
    ),
    # h5py and zarr
    "h5py": (lambda folder: h5(folder, X=ARRAY)["X"], Read(ROWS, np.ndarray)),
    "h5py strings": (lambda folder: h5(folder, X=TEXTS)["X"].asstr(), Read(TEXTS, np.ndarray)),
    "h5py structured": (
        lambda folder: h5(folder, X=structured())["X"], Read([(1, 2.0)] * 6, np.ndarray)
    ),
    "h5py numbers": (lambda folder: h5(folder, X=NUMBERS)["X"], NUMBERS_ALONE),
    "h5py File": (
        lambda folder: h5(folder, a=ARRAY),
        Refused(TypeError, r"X must have rows .* got File \(h5py\): pass one of its .* with 'a'"),
    ),
    "h5py, empty": (
        lambda folder: h5(folder, X=h5py.Empty("i"))["X"],
        Refused(TypeError, NO_TABLE.format("Dataset")),
    ),
    "zarr": (lambda folder: in_zarr(folder, ARRAY), Read(ROWS, np.ndarray)),
    "zarr Group": (
        lambda folder: zarr.open_group(folder / "group", mode="w"),
        Refused(TypeError, r"X must have rows .* got Group \(zarr\): pass one of its arrays"),
    ),
    # dask
    "dask frame": (
        lambda _: frames(FRAME),
        Refused(TypeError, r"X is a dask collection \(DataFrame\).*or pass X\.compute\(\)"),
    ),
    "dask Index": (
        lambda _: frames(FRAME).index, Refused(TypeError, r"X is a dask collection \(Index\)")
    ),
}
ROWS_ON_DASK = {
    **{
        name: (lambda folder, make=ROWS_OF[name][0]: frames(make(folder)), ROWS_OF[name][1])
        for name in ("pandas frame", "pandas Arrow frame", "pandas sparse frame")
    },
    "Series": (lambda _: frames(pd.Series(TEXTS)), Read(TEXTS)),
    "array": (lambda _: da.from_array(ARRAY, chunks=3), Read(ROWS)),
    "array over a memmap": (
        lambda folder: da.from_array(memmap(folder, ARRAY), chunks=3), Read(ROWS)
    ),
    "array over h5py": (
        lambda folder: da.from_array(h5(folder, X=ARRAY)["X"], chunks=3), Read(ROWS)
    ),
    "array over zarr": (
        lambda folder: da.from_array(in_zarr(folder, ARRAY), chunks=3), Read(ROWS)
    ),
    "array, masked": (
        lambda _: da.from_array(np.ma.array(ARRAY, mask=ARRAY == 1), chunks=3),
        ROWS_OF["numpy masked"][1],
    ),
    "Index": (
        lambda _: frames(FRAME).index,
        Refused(TypeError, r"X must be a dask .*, got Index; pass X\.to_series\(\)"),
    ),
    "bag": (
        lambda _: dask.bag.from_sequence(ROWS),
        Refused(TypeError, "X must be a dask DataFrame, Series or array, got Bag"),
    ),
}
# fmt: on


@entries(ROWS_OF, Read)
def test_rows_are_picked_from(function, expected, make):
    X = make(function)
    sampler = InverseFrequencySampler(random_state=0)
    X_res, _ = sampler.fit_resample(X, WORDS)
    assert type(X_res) is (expected.kind or type(X))
    assert plain(X_res) == [expected.values[row] for row in sampler.sample_indices_]


@entries(ROWS_OF, Refused)
def test_rows_are_refused_from(function, expected, make):
    with pytest.raises(expected.error, match=expected.message):
        seeded().fit_resample(make(function), WORDS)


@entries(ROWS_ON_DASK, Read)
def test_dask_s_sampler_picks_rows_from(function, expected, make):
    X = make(function)
    y = da.from_array(np.array(WORDS), chunks=3)
    sampler = skbalance.dask.InverseFrequencySampler(random_state=0)
    X_res, _ = sampler.fit_resample(X, y)
    rows = X_res.compute(scheduler="synchronous")
    assert plain(rows) == [expected.values[row] for row in sampler.draw().compute()]


@entries(ROWS_ON_DASK, Refused)
def test_dask_s_sampler_refuses_rows_from(function, expected, make):
    with pytest.raises(expected.error, match=expected.message):
        skbalance.dask.InverseFrequencySampler().fit(make(function), frames(pd.Series(WORDS)))


@pytest.mark.parametrize("name", [name for name in ROWS_OF if not name.startswith("dask")])
def test_dask_s_sampler_refuses_rows_in_memory_by_name(name, make):
    X = make(ROWS_OF[name][0])
    message = f"X must be a dask DataFrame, Series or array, got {type(X).__name__};"
    with pytest.raises(TypeError, match=message):
        skbalance.dask.InverseFrequencySampler().fit(X, frames(pd.Series(WORDS)))


@pytest.mark.parametrize("word", ["number", "abcdef"])
def test_a_column_s_name_is_refused_whether_or_not_it_has_a_letter_for_each_row(word):
    with pytest.raises(
        TypeError, match=rf"got str '{word}': pass the column itself, X\['{word}'\]"
    ):
        seeded().fit_resample(np.zeros((6, 1)), word)
    with pytest.raises(TypeError, match=rf"got str '{word}': pass the column itself"):
        seeded().fit_resample(np.zeros((3, 1)), word)


class Stored:
    """An array in a file that takes ascending slices only, and remembers which."""

    def __init__(self, values, chunks=None):
        self.values, self.chunks, self.slices = values, chunks, []
        self.shape, self.dtype = values.shape, values.dtype

    def __getitem__(self, rows):
        assert type(rows) is slice
        self.slices.append((rows.start or 0, rows.stop))
        return self.values[rows]


Stored.__module__ = "h5py.tests"


@pytest.mark.parametrize("chunks", [None, (1, 1), (7, 2), (1000, 3)])
@pytest.mark.parametrize("rows", [[], [3], [999, 0, 999], list(range(1000)), "random"])
def test_arrays_in_files_are_read_once_in_ascending_blocks(rows, chunks, monkeypatch):
    monkeypatch.setattr(rows_module, "BLOCK", 50 * 3 * 8)
    if rows == "random":
        rows = np.random.default_rng(0).integers(0, 1000, 300)
    values = np.arange(3000).reshape(1000, 3)
    stored, rows = Stored(values, chunks), np.asarray(rows, dtype=np.int64)
    assert np.array_equal(take_rows(stored, rows), values[rows])
    ends = [0, *(end for read in stored.slices[1:] for end in read)]
    assert ends == sorted(ends)
    n_rows = (chunks or (1,))[0]
    for (_, end), (start, _) in pairwise(stored.slices[1:]):
        assert (end - 1) // n_rows < start // n_rows  # no chunk is read twice
    assert max(end - start for start, end in stored.slices) <= max(50, n_rows)


@pytest.mark.parametrize("shape", [(1000,), (1000, 3), (1000, 2, 3)])
@pytest.mark.parametrize("chunked", [False, True])
def test_rows_of_files_of_any_shape_are_those_of_memory(shape, chunked, tmp_path, monkeypatch):
    monkeypatch.setattr(rows_module, "BLOCK", 2**9)
    values = np.random.default_rng(0).integers(0, 100, shape).astype(">i2")
    rows = np.random.default_rng(1).integers(0, 1000, 500)
    with h5py.File(tmp_path / "data.h5", "w") as file:
        stored = file.create_dataset("X", data=values, chunks=chunked or None)
        picked = take_rows(stored, rows)
    assert picked.dtype == values.dtype
    assert np.array_equal(picked, values[rows])
    assert np.array_equal(take_rows(in_zarr(tmp_path, values), rows), values[rows])


class Column(collections.abc.Sequence):
    """A sequence that gives an array at once, and should not be asked for single items."""

    def __len__(self):
        return 6

    def __getitem__(self, which):
        assert which == slice(None)
        return np.array(WORDS).view(NotIterable)


class NotIterable(np.ndarray):
    __iter__ = None


def test_a_column_that_gives_an_array_is_read_at_once():
    assert encode(Column())[1].tolist() == COLUMNS


class Foreign:
    """Rows of a package that is not known here."""

    shape = (6, 2)

    def __len__(self):
        return 6


class Indexed(Foreign):
    def __getitem__(self, rows):
        return ARRAY[rows]


class Sorting(Foreign):
    def __getitem__(self, rows):
        return ARRAY[np.unique(rows)]


def test_rows_of_an_unknown_package_are_picked_as_from_numpy():
    sampler = InverseFrequencySampler(random_state=0)
    X_res, _ = sampler.fit_resample(Indexed(), WORDS)
    assert np.array_equal(X_res, ARRAY[sampler.sample_indices_])


@pytest.mark.parametrize("X", [Foreign(), Sorting()], ids=["no rows by number", "sorted rows"])
def test_what_an_unknown_package_cannot_pick_is_refused_by_name(X):
    message = (
        f"Rows can be picked from .*, but not from {type(X).__name__}; .*fit.* and draw.* give"
    )
    with pytest.raises(TypeError, match=message):
        seeded(n_samples="over").fit_resample(X, WORDS)
