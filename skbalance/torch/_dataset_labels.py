"""The labels of a dataset: no item is loaded for them, and no package but torch is imported."""

from collections.abc import Mapping, Sequence
from enum import Enum
from numbers import Number
from operator import lt
from reprlib import repr as shortened

import numpy as np
import torch
from torch.utils.data import (
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
)

from skbalance._labels.containers import is_label_container, label_array, refuse_unreadable
from skbalance._labels.rows import take_rows
from skbalance.torch._label_sources import (
    LABEL_NAMES,
    WAY_OUT,
    of_attributes,
    of_hugging_face,
    only,
)
from skbalance.torch._target_transform import transformed
from skbalance.torch._targets import CLASSES, n_labels


def labels_of(dataset_or_labels, kind=CLASSES):
    """Targets of a kind, given as such or found in a dataset; what could be either is labels.

    >>> labels_of(["a", "b"])
    ['a', 'b']
    """
    check_has_rows(dataset_or_labels)
    refuse_unreadable(dataset_or_labels, "dataset")
    if isinstance(dataset_or_labels, Dataset) or n_labels(dataset_or_labels) is None:
        return labels_of_dataset(dataset_or_labels, kind=kind)
    if kind is CLASSES:
        _check_items_are_labels(dataset_or_labels)
    return dataset_or_labels


def labels_of_dataset(dataset, rows=None, kind=CLASSES):
    """Targets of a dataset as its items have them: of all rows, or of those given, in their order.

    A list is a dataset here, as it is for torch. Only the labels of the given rows need to be
    valid: those of other rows may be missing, or unknown to a target_transform.

    >>> import torch
    >>> from torch.utils.data import Subset, TensorDataset
    >>> data = TensorDataset(torch.zeros(3, 2), torch.tensor([5, 6, 7]))
    >>> labels_of_dataset(Subset(data, [2, 0])).tolist()
    [7, 5]
    """
    check_has_rows(dataset)
    if callable(getattr(dataset, "get_labels", None)):
        # The dataset's own answer to our question, so it is not put through target_transform.
        return _checked(dataset.get_labels(), dataset, rows)
    if isinstance(dataset, Subset):
        indices = row_numbers(dataset.indices, _length(dataset.dataset), "Subset.indices")
        rows = indices if rows is None else indices[rows]
        labels = labels_of_dataset(dataset.dataset, rows, kind)
        # A Subset may have a transform of its own; that of its dataset is applied already.
        has_own = "target_transform" in vars(dataset)
        return transformed(labels, dataset, kind is CLASSES) if has_own else labels
    labels = _checked(_find(dataset, kind), dataset, rows)
    return transformed(labels, dataset, kind is CLASSES)


def check_labels(labels, dataset):
    """Raise unless the dataset has rows that a sampler can draw, and one label for each of them."""
    check_has_rows(dataset)
    n_rows = _length(dataset)
    found = n_labels(labels)
    # Labels of the wrong kind are refused, in better words, by whoever reads them.
    if n_rows is not None and found is not None and found != n_rows:
        raise ValueError(
            f"{type(dataset).__name__} has {n_rows} rows, but there are {found} labels. {WAY_OUT}"
        )


def row_numbers(indices, n_rows, name):
    """The indices as an int64 array, if they are rows of a dataset of n_rows; None is any number.

    >>> row_numbers([2, -1], 3, "indices").tolist()
    [2, -1]
    """
    if np.ma.is_masked(indices):
        raise ValueError(f"{name} must be rows of a dataset, got an array with masked ones.")
    try:
        rows = np.asarray(indices) if is_label_container(indices) else np.array(None)
    except (TypeError, ValueError, RuntimeError):  # ragged lists; a tensor with a gradient
        rows = np.array(None)
    if rows.dtype == object and rows.ndim == 0:
        raise TypeError(f"{name} must be a sequence of ints, got {shortened(indices)}.")
    if rows.size == 0:
        return np.empty(0, dtype=np.int64)
    if rows.ndim != 1 or rows.dtype.kind not in "iu":
        way_out = " np.flatnonzero(mask) gives those of a mask." if rows.dtype.kind == "b" else ""
        raise TypeError(
            f"{name} must be a sequence of ints, got {rows.dtype} of shape {rows.shape}: "
            f"{shortened(rows.ravel()[:7].tolist())}.{way_out}"
        )
    if n_rows is not None and not (-n_rows <= rows.min() and rows.max() < n_rows):
        raise ValueError(
            f"{name} must be rows of a dataset of {n_rows}, got {rows.min()} to {rows.max()}."
        )
    return rows.astype(np.int64)


def columns(dataset, kind=CLASSES):
    """The tensors of a TensorDataset that could be targets; the first one holds inputs."""
    found = [tensor for tensor in dataset.tensors[1:] if kind.is_column(tensor)]
    for tensor in found:
        refuse_unreadable(tensor, "labels")
    return found


def _length(dataset):
    return len(dataset) if hasattr(dataset, "__len__") else None


def check_has_rows(dataset):
    """Raise TypeError for a stream, for the splits of a dataset, and for a loader."""
    # By its attributes, as torchdata's StatefulDataLoader is no DataLoader.
    if hasattr(dataset, "batch_sampler") and hasattr(dataset, "dataset"):
        raise TypeError(
            f"{type(dataset).__name__} is a loader, not a dataset: pass the dataset behind it, "
            "loader.dataset."
        )
    if isinstance(dataset, IterableDataset):
        raise TypeError(
            f"{type(dataset).__name__} is an IterableDataset: it has no row numbers that a sampler "
            "could draw."
        )
    if isinstance(dataset, Mapping) and hasattr(dataset, "column_names"):
        splits = [repr(split) for split in dataset] or ["..."]
        raise TypeError(
            f"{type(dataset).__name__} is not a dataset but holds several, the splits "
            f"{', '.join(splits)}: take one, as in dataset[{splits[0]}]."
        )


def _check_items_are_labels(labels):
    """TypeError or ValueError for a list of a dataset's items, and for a table."""
    first = labels[0] if isinstance(labels, Sequence) and len(labels) else None
    kind = type(labels).__name__
    hint = (
        f"Here a {kind} is read as labels, not as a dataset. For a dataset that is a {kind}, give "
        "labels=..., one for each row."
    )
    if _is_unordered(first):
        raise TypeError(f"A {kind} of {type(first).__name__} objects holds no labels. {hint}")
    is_table = getattr(labels, "ndim", 1) > 1 or getattr(first, "ndim", 0) > 0
    if is_table or isinstance(first, (tuple, list)):
        try:
            label_array(labels)  # fine for a single column, and for one-hot rows
        except (TypeError, ValueError) as error:
            items = "rows" if is_table else f"{type(first).__name__}s"
            raise type(error)(
                f"A {kind} of {items} is neither one label a row nor one-hot. {hint} ({error})"
            ) from None


def _is_unordered(item):
    """Whether objects of this kind cannot be sorted, so that they are no labels.

    What to make of None, complex numbers and the members of an Enum is left to whoever reads the
    labels.
    """
    if isinstance(item, (Enum, Number, type(None))):
        return False
    try:
        lt(item, item)
    except TypeError:
        return True
    return False


def _checked(labels, dataset, rows):
    """The labels that a dataset shows, or those of the given rows."""
    if n_labels(labels) is None:
        raise TypeError(
            f"{type(dataset).__name__} shows {type(labels).__name__} as its labels. {WAY_OUT}"
        )
    refuse_unreadable(labels, "labels")
    check_labels(labels, dataset)
    if rows is None:
        return labels
    # Checked once more, for a Subset of a dataset without a length.
    return take_rows(labels, row_numbers(rows, n_labels(labels), "Subset.indices"))


def _find(dataset, kind):
    """The labels by the first way that fits: the kinds of torch, Hugging Face's, attributes."""
    if isinstance(dataset, TensorDataset):
        return _of_tensors(dataset, kind)
    if isinstance(dataset, ConcatDataset):
        parts = [labels_of_dataset(part, kind=kind) for part in dataset.datasets]
        return kind.join([kind.read(part) for part in parts])
    if isinstance(dataset, StackDataset):
        return _of_stack(dataset, kind)
    if hasattr(dataset, "column_names") and hasattr(dataset, "with_format"):
        return of_hugging_face(dataset)
    return of_attributes(dataset, kind)


def _of_tensors(dataset, kind):
    """The last tensor, if it could hold the targets, and no other does but for the first."""
    last = dataset.tensors[-1]
    if not kind.is_column(last):
        raise TypeError(
            f"The last tensor of TensorDataset is no labels: {last.dtype} of shape "
            f"{tuple(last.shape)}, wanted {kind.wanted}. {WAY_OUT} "
            "(target_type='multilabel' wants an indicator, 'continuous' numbers.)"
        )
    if not all(torch.equal(other, last) for other in columns(dataset, kind)):
        raise ValueError(
            f"TensorDataset has several tensors of {kind.wanted} that differ. {WAY_OUT}"
        )
    return last


def _of_stack(dataset, kind):
    """The last member of a tuple, the one that is called a label in a dict."""
    members = dataset.datasets
    if not isinstance(members, dict):
        return labels_of(members[-1], kind)
    named = [name for name in members if name in LABEL_NAMES]
    return labels_of(members[only(named, list(members), dataset, WAY_OUT)], kind)
