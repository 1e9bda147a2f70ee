"""Containers of rows and labels: recognised by name, refused, or read as numpy arrays of labels."""

from collections.abc import Iterable, Mapping, Sequence, Set
from numbers import Integral
from reprlib import repr as shortened

import numpy as np
from scipy import sparse

# Containers without rows that could be picked by number, and what to do about it; {parts} are the
# names of what they contain.
WAYS_OUT = {
    "polars.LazyFrame": "pass {name}.collect()",
    "polars.Expr": "pass what it selects from a frame, frame.select({name})",
    "pyarrow.Scalar": "it is a single value",
    "datasets.DatasetDict": "pass one of its splits, {name}[...] with {parts}",
    "datasets.IterableDatasetDict": "load it without streaming, then pass one of its splits",
    "datasets.IterableDataset": "load it without streaming",
    "h5py.Group": "pass one of its arrays, {name}[...] with {parts}",
    "zarr.Group": "pass one of its arrays, {name}[...] with {parts}",
}

# Where labels do not fit, the parameter that they may want.
SETS = "Several labels a row want target_type='multilabel'."
NUMBERS = "Numbers to be balanced want target_type='continuous'."

SEVERAL_PARTS = (
    "A list of tuples or lists reads as several columns; labels of several parts can be given as "
    "strings that join them, or as a pandas Series of tuples."
)


def is_a(data, *names):
    """Whether the data's class comes from one of those packages, or is one of those classes.

    By name, including the classes it inherits from, so that no package needs to be imported.

    >>> is_a(np.ma.array([1]), "numpy.ndarray"), is_a(np.array([1]), "pandas", "torch.Tensor")
    (True, False)
    """
    for kind in type(data).__mro__:
        package = kind.__module__.partition(".")[0]
        if package in names or f"{package}.{kind.__name__}" in names:
            return True
    return False


def is_label_container(y):
    """Whether all labels can be read from it at once."""
    return hasattr(y, "__array__") or (isinstance(y, Sequence) and not isinstance(y, (str, bytes)))


def refuse_dask(data, name, way_out="take skbalance.dask.InverseFrequencySampler"):
    """Raise TypeError for lazy collections, which numpy would silently load whole."""
    if is_a(data, "dask", "dask_expr"):
        raise TypeError(
            f"{name} is a dask collection ({type(data).__name__}), but this works in memory: "
            f"{way_out}, or pass {name}.compute()."
        )


def refuse_unreadable(data, name):
    """Raise TypeError for containers whose rows can be neither read nor picked."""
    if type(data) is np.ndarray:  # as most are
        return
    refuse_dask(data, name)
    for kind, way_out in WAYS_OUT.items():
        if is_a(data, kind):
            parts = " or ".join(map(repr, data)) if hasattr(data, "keys") else ""
            parts = parts or "the name of one"  # an empty group
            raise TypeError(
                f"{name} must have rows that can be picked by number, got {type(data).__name__} "
                f"({kind.partition('.')[0]}): {way_out.format(name=name, parts=parts)}."
            )
    if is_a(data, "torch.Tensor") and data.is_meta:
        raise TypeError(f"{name} is a meta tensor, which has a shape but holds no values.")
    if is_a(data, "torch.Tensor") and data.is_nested:
        raise TypeError(f"{name} is a nested tensor: pass list({name}.unbind()), a list of rows.")
    if is_a(data, "torch.Tensor") and str(data.layout) != "torch.strided":
        raise TypeError(f"{name} is a sparse tensor ({data.layout}): pass {name}.to_dense().")


def label_array(y, name="y"):
    """The labels as a numpy array of shape (n,), whether or not they are fit to be classes.

    >>> label_array([[0, 1], [1, 0]]).tolist()
    [1, 0]
    """
    if type(y) is np.ndarray and y.ndim == 1 and y.dtype.kind in "biuUS":  # as most are
        return y
    refuse_unreadable(y, name)
    if sparse.issparse(y):
        raise TypeError(
            f"{name} is a sparse matrix; one-hot labels must be dense: pass {name}.toarray(). "
            f"{SETS}"
        )
    return _one_dimensional(array_of(y, name), name)


def array_of(y, name="y", what="labels"):
    """The values of a container, dense and whole, as a numpy array in which none is missing."""
    refuse_unreadable(y, name)
    if not is_label_container(y):
        kinds = "an array, a series, a tensor, a list"
        wanted = f"one for each row ({kinds})" if name == what else f"{what} ({kinds})"
        raise TypeError(f"{name} must be {wanted}, got {type(y).__name__}{_hint(y, name, what)}.")
    _refuse_records(y, name)
    _refuse_missing(y, name, what)
    return _as_array(y, name, what)


def concatenate(parts):
    """Arrays of labels, one after the other.

    Those of different kinds become objects: numpy would turn them into strings or floats.

    >>> concatenate([np.array([1]), np.array(["a"])]).tolist()
    [1, 'a']
    """
    if len({part.dtype.kind for part in parts}) > 1:
        parts = [part.astype(object) for part in parts]
    return np.concatenate(parts)


def missing(rows, name="y", what="labels"):
    """The message about labels, or other values, that are missing in those rows."""
    way_out = " or give them a class of their own" if what == "labels" else ""
    return (
        f"{name} has missing {what} (None, NaN or NA) at row {some(rows)}; drop those rows"
        f"{way_out}."
    )


def some(rows):
    """The first few row numbers, as a message shows them."""
    return ", ".join(map(str, rows[:3])) + (", ..." if len(rows) > 3 else "")


def unknown(seen):
    """The message about labels of a kind that is not a class."""
    return (
        "Unknown label type: labels must be classes (integers, strings, bools or objects), "
        f"got {seen}. If they are classes, say so by converting them to integers or strings. "
        f"{NUMBERS}"
    )


def _hint(y, name, what):
    """What to pass in place of something that is not a container of labels, or of numbers."""
    if isinstance(y, (str, bytes)):
        return f" {shortened(y)}: pass the column itself, X[{shortened(y)}]"
    if hasattr(y, "column_names"):  # a table of Hugging Face
        columns = " or ".join(map(repr, y.column_names))
        return f": pass one of its columns, {name}[...] with {columns}"
    if isinstance(y, Mapping):
        each = f"one {what[:-1]} for each row"
        return f": pass list({name}.values()) if it has {each}, in their order"
    if isinstance(y, Set):
        return f": it keeps neither order nor repetitions, pass one {what[:-1]} for each row"
    if sparse.issparse(y):
        return f": pass {name}.toarray()"
    return f": pass list({name})" if isinstance(y, Iterable) else ""


def _refuse_records(y, name):
    """Raise TypeError for a structured column of numpy, pandas, polars or pyarrow."""
    # A pandas frame is no such column, though it may have a column called dtype.
    dtype = None if is_a(y, "pandas.DataFrame") else getattr(y, "dtype", None)
    dtype = getattr(y, "type", None) if is_a(y, "pyarrow") else dtype
    if getattr(dtype, "names", None) or str(dtype).lower().startswith("struct"):
        raise TypeError(
            f"{name} holds records of several fields ({dtype}): pass one of the fields."
        )


def _refuse_missing(y, name, what):
    """Raise for missing labels that numpy would hide.

    It would turn the remaining labels into floats, and would show masked entries.
    """
    if is_a(y, "numpy.MaskedArray"):
        absent = np.ma.getmaskarray(y)
    elif hasattr(y, "isna") and getattr(y, "nlevels", 1) == 1:  # a MultiIndex cannot tell
        absent = np.asarray(y.isna())
    elif is_a(y, "polars", "pyarrow") and len(_columns(y)):
        absent = np.stack([np.asarray(column.is_null()) for column in _columns(y)], axis=1)
    else:
        return
    if absent.any():
        rows = np.flatnonzero(absent.any(axis=1) if absent.ndim == 2 else absent)
        raise ValueError(missing(rows, name, what))


def _columns(y):
    """The columns of a polars or pyarrow frame; a column itself is the only one."""
    if is_a(y, "polars.DataFrame"):
        return y.get_columns()
    return y.columns if is_a(y, "pyarrow.Table", "pyarrow.RecordBatch") else [y]


def _as_array(y, name, what):
    """The numpy array of labels, in which missing or mixed labels can still be told apart."""
    if is_a(y, "torch.Tensor"):
        return _array_of_tensor(y, what)
    try:
        if hasattr(y, "__array__") or isinstance(y, memoryview):
            array = np.asarray(y)
        else:
            everything = whole(y)
            if hasattr(
                everything, "__array__"
            ):  # a Hugging Face column in the format of numpy or torch
                return _as_array(everything, name, what)
            array = _array_of_sequence(list(everything))
        if _holds_lists(array):
            array = _array_of_rows([list(row) for row in array])
    except (TypeError, ValueError, NotImplementedError, RecursionError) as error:
        raise ValueError(
            f"{name} must be one {what[:-1]} a row, got {type(y).__name__} that numpy cannot hold: "
            f"{error}"
        ) from None
    return array


def _array_of_tensor(y, what):
    """The numpy array of a tensor on any device, with or without a gradient."""
    try:
        return y.numpy(force=True)
    except TypeError:  # bfloat16 and other floats that numpy lacks: fine where they are one-hot
        is_one_hot = y.ndim == 2 and y.shape[1] != 1
        if not y.is_floating_point() or not (is_one_hot or what == "numbers"):
            raise ValueError(unknown(y.dtype)) from None
        return y.float().numpy(force=True)


def whole(y):
    """The sequence read at once: a Hugging Face column is slow item by item."""
    try:
        return y[:]
    except TypeError:  # a deque cannot be sliced
        return y


def _array_of_sequence(y):
    """Strings as objects: numpy would turn numbers among them into strings, and drop last NULs."""
    kinds = set(map(type, y))
    if kinds <= {list, tuple} and kinds:
        return _array_of_rows(y)
    if len(kinds) == 1 and not isinstance(y[0], (str, bytes)):
        array = np.asarray(y)
        # Integers of which some exceed 64 bits would become floats.
        if array.dtype.kind != "f" or not isinstance(y[0], Integral):
            return array
    return np.fromiter(y, dtype=object, count=len(y))


def _holds_lists(array):
    """Whether it is a column of lists, as polars, pyarrow and pandas have them: rows of labels."""
    return (
        array.dtype == object
        and array.ndim == 1
        and isinstance(next(iter(array), 0), (list, np.ndarray))
    )


def _array_of_rows(y):
    """The array of rows of several labels, or of one each, which is then the row's label."""
    lengths = set(map(len, y))
    if len(lengths) > 1:
        raise ValueError(f"rows of {min(lengths)} to {max(lengths)} labels. {SETS} {SEVERAL_PARTS}")
    return _array_of_sequence([row[0] for row in y]) if lengths == {1} else np.asarray(y)


def _one_dimensional(labels, name):
    """Labels of shape (n,): a column is unrolled, one-hot rows become their columns' numbers."""
    if labels.ndim == 1:
        return labels
    if labels.ndim == 2 and labels.shape[1] == 1:
        return labels[:, 0]
    if labels.ndim != 2 or labels.shape[1] == 0:
        raise ValueError(
            f"{name} should be a 1d array of labels, got an array of shape {labels.shape} instead."
        )
    hot = _ones(labels)
    if hot is None:
        # The check suites of scikit-learn and imbalanced-learn look for these first words.
        raise ValueError(
            f"Multilabel and multioutput targets are not supported. A 2-d {name} must be one-hot "
            f"(a single 1 in each row, 0 elsewhere), got shape {labels.shape}. {SETS} "
            f"{SEVERAL_PARTS}"
        )
    return hot.argmax(axis=1)


def _ones(labels):
    """Where one-hot labels are 1; None for other arrays."""
    if labels.dtype.kind not in "biufO":
        return None
    try:
        hot = labels == 1
        is_one_hot = (hot | (labels == 0)).all() and (hot.sum(axis=1) == 1).all()
    except (TypeError, ValueError, RuntimeError):  # NA, arrays or tensors among objects
        return None
    return hot if is_one_hot else None
