"""Numbers of rows: weights and continuous targets, and the bins that these fall into."""

import warnings
from collections.abc import Mapping
from decimal import Decimal
from numbers import Integral, Real
from reprlib import repr as shortened

import numpy as np

from skbalance._labels.codes import is_missing
from skbalance._labels.containers import array_of, missing, refuse_dask, some

# Weights further apart than this cannot be added up.
WIDEST_RATIO = 1e200

# More bins of equal width than this would fill the memory with their edges.
MOST_BINS = 2**24


def number_array(values, name):
    """One number a row, as a float64 array of shape (n,) of its own.

    >>> number_array([1, 2.5], "sample_weight").tolist()
    [1.0, 2.5]
    """
    array = array_of(values, name, "numbers")
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(
            f"{name} must be of shape (n_rows,), one number a row, got an array of shape "
            f"{array.shape}."
        )
    if array.dtype.kind == "O":
        array = _of_objects(array, name)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be numbers, got {array.dtype}.")
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as such
        return array.astype(np.float64)


def weight_array(sample_weight, n_rows):
    """Weights of rows, each from 0 to 1: as given, over the largest."""
    refuse_dask(sample_weight, "sample_weight", "the sampler for dask takes no weights of rows")
    if isinstance(sample_weight, Mapping):
        raise TypeError(
            "sample_weight must be one number a row, got a dict: factors by class are "
            "class_weight={...}."
        )
    try:
        weights = number_array(sample_weight, "sample_weight")
    except TypeError as error:
        raise TypeError(f"{error} (Groups are given by name, as groups=...)") from None
    if len(weights) != n_rows:
        raise ValueError(
            f"sample_weight must have one number for each of the {n_rows} rows, got {len(weights)}."
        )
    if not n_rows:
        raise ValueError("sample_weight must be above 0 in some row, got no rows.")
    lowest, highest = _extremes(weights, "sample_weight")
    if lowest < 0:
        row = int(weights.argmin())
        raise ValueError(f"sample_weight must be at least 0, got {weights[row]} at row {row}.")
    if highest == 0:
        raise ValueError("sample_weight must be above 0 in some row, got zero in all of them.")
    if lowest == 0:
        lowest = weights.min(initial=highest, where=weights > 0)
    if highest / WIDEST_RATIO > lowest:
        raise ValueError(
            f"sample_weight must lie within a factor of {WIDEST_RATIO:g}, got {lowest} and "
            f"{highest}."
        )
    weights /= highest
    return weights


def encode_numbers(y, bins):
    """Bins in use, the index of each row's bin among these, and the edges of all bins.

    ``bins`` is as in numpy's `histogram`: a number of bins of equal width, the name of a rule, or
    edges.

    >>> numbers, codes, edges = encode_numbers([0.0, 1.0, 9.0, 10.0], bins=5)
    >>> numbers.tolist(), codes.tolist(), edges.tolist()
    ([0, 4], [0, 0, 1, 1], [0.0, 2.0, 4.0, 6.0, 8.0, 10.0])
    """
    values = number_array(_of_one_column(y), "y")
    if not len(values):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint8), np.empty(0)
    edges = _edges(values, bins, *_extremes(values, "y"))
    outside = np.flatnonzero((values < edges[0]) | (values > edges[-1]))
    if outside.size:
        row = outside[0]
        raise ValueError(
            f"y must lie within the edges of bins, {edges[0]} to {edges[-1]}, got {values[row]} at "
            f"row {row} ({outside.size} rows in all)."
        )
    # The last bin holds its right edge, too, as in numpy's histogram.
    numbers = np.minimum(np.searchsorted(edges, values, side="right"), len(edges) - 1) - 1
    in_use, codes = np.unique(numbers, return_inverse=True)
    return in_use, codes.astype(np.min_scalar_type(len(in_use) - 1)), edges


def _edges(values, bins, lowest, highest):
    """Edges of the bins of values, by numpy, whose doubts about few or odd values are kept back."""
    try:
        if isinstance(bins, Integral) and int(bins) > MOST_BINS:
            raise ValueError(f"more than {MOST_BINS:,} bins")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            edges = np.histogram_bin_edges(values, bins).astype(np.float64)
        if not (np.isfinite(edges).all() and edges[0] < edges[-1]):
            raise ValueError("their edges are no numbers that rise")
    except (ValueError, ArithmeticError, LookupError, MemoryError) as error:
        raise ValueError(
            f"bins={bins!r} cannot be laid over a y from {lowest} to {highest} "
            f"({str(error).rstrip('.')}): give another number of bins, or edges."
        ) from error
    return edges


def _of_one_column(y):
    """The target as an array, unless it has several columns."""
    array = array_of(y, "y", "numbers")
    if array.ndim == 2 and array.shape[1] != 1:
        raise ValueError(
            "Several continuous targets (multioutput) are not supported: target_type='continuous' "
            f"takes one number a row, got shape {array.shape}. Balance by one of the columns."
        )
    return array


def _of_objects(array, name):
    """Floats from Python's numbers in an array of objects."""
    # Scalars of numpy and tensors of one number are known by what they hold.
    values = [v.item() if getattr(v, "ndim", None) == 0 else v for v in array.tolist()]
    numbers = [isinstance(v, (Real, Decimal)) and not isinstance(v, bool) for v in values]
    others = [row for row, is_number in enumerate(numbers) if not is_number]
    absent = [row for row in others if is_missing(values[row])]
    if absent:
        raise ValueError(missing(absent, name, "numbers"))
    if others:
        seen = values[others[0]]
        raise TypeError(
            f"{name} must be numbers, got {shortened(seen)} ({type(seen).__name__}) at row "
            f"{others[0]}."
        )
    return np.array([_as_float(value) for value in values])


def _as_float(number):
    try:
        return float(number)
    except OverflowError:  # beyond the largest float
        return np.inf if number > 0 else -np.inf
    except ValueError:  # Decimal("sNaN")
        return np.nan


def _extremes(values, name):
    """The lowest and highest of the values; a ValueError names rows that are NaN or infinite."""
    lowest, highest = values.min(), values.max()
    if np.isfinite([lowest, highest]).all():
        return lowest, highest
    absent = np.flatnonzero(np.isnan(values))
    if absent.size:
        raise ValueError(missing(absent, name, "numbers"))
    infinite = np.flatnonzero(np.isinf(values))
    raise ValueError(f"{name} must be finite, got infinity at row {some(infinite)}.")
