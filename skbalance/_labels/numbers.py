"""Numbers of rows: weights and continuous targets, and the bins that these fall into."""

import numpy as np

from skbalance._labels.containers import array_of, missing, some

# Weights further apart than this cannot be added up.
WIDEST_RATIO = 1e200


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
    return array.astype(np.float64)


def weight_array(sample_weight, n_rows):
    """Weights of rows, each from 0 to 1: as given, over the largest."""
    weights = number_array(sample_weight, "sample_weight")
    if len(weights) != n_rows:
        raise ValueError(
            f"sample_weight must have one number for each of the {n_rows} rows, got {len(weights)}."
        )
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
    _extremes(values, "y")
    edges = np.histogram_bin_edges(values, bins).astype(np.float64)
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


def _of_one_column(y):
    """The target, unless it has several columns."""
    shape = tuple(getattr(y, "shape", ()))
    if len(shape) > 1 and shape[1] != 1:
        raise ValueError(
            "Several continuous targets (multioutput) are not supported: target_type='continuous' "
            f"takes one number a row, got shape {shape}. Balance by one of the columns."
        )
    return y


def _of_objects(array, name):
    """Floats from Python's numbers in an array of objects."""
    absent = [row for row, value in enumerate(array.tolist()) if value is None]
    if absent:
        raise ValueError(missing(absent, name, "numbers"))
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be numbers, got objects: {error}.") from None


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
