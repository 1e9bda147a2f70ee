"""The labels of a dataset, found by its attributes: no item is loaded, and no package but torch is
imported.
"""

import os

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

from skbalance._labels.containers import concatenate, is_label_container, label_array
from skbalance._labels.rows import take_rows

# Attributes in which datasets keep their labels: torchvision's (MNIST, CIFAR, folders; SVHN,
# STL10), skorch's.
LABEL_ATTRIBUTES = ("targets", "labels", "y")
# Names of label columns and of members of a StackDataset; as attributes, the singular ones are too
# common.
LABEL_NAMES = ("label", "labels", "target", "targets", "y")

WAY_OUT = "Give them as labels=..., one for each row."


def labels_of(dataset):
    """Labels of all rows of a dataset, in its order; labels themselves come back as they are.

    >>> import torch
    >>> from torch.utils.data import Subset, TensorDataset
    >>> labels_of(Subset(TensorDataset(torch.zeros(3, 2), torch.tensor([5, 6, 7])), [2, 0])).tolist()
    [7, 5]
    """
    if is_label_container(dataset) and not isinstance(dataset, Dataset):
        return dataset
    labels = _find(dataset)
    if not is_label_container(labels):
        raise TypeError(
            f"{type(dataset).__name__} shows {type(labels).__name__} as its labels. {WAY_OUT}"
        )
    check_labels(labels, dataset)
    return labels


def check_labels(labels, dataset):
    """Raise unless the dataset has rows that a sampler can draw, as many as there are labels."""
    if isinstance(dataset, IterableDataset):
        raise TypeError(
            f"{type(dataset).__name__} is an IterableDataset: it has no row numbers that a sampler could draw."
        )
    if hasattr(dataset, "__len__") and len(labels) != len(dataset):
        raise ValueError(
            f"{type(dataset).__name__} has {len(dataset)} rows, but there are {len(labels)} labels. {WAY_OUT}"
        )


def _find(dataset):
    """By the first way that fits: get_labels() before the kinds of torch, those before names and
    attributes.
    """
    if isinstance(dataset, IterableDataset):
        check_labels([], dataset)
    if callable(getattr(dataset, "get_labels", None)):
        return dataset.get_labels()
    if isinstance(dataset, TensorDataset):
        return _of_tensors(dataset)
    if isinstance(dataset, Subset):
        return take_rows(labels_of(dataset.dataset), np.asarray(dataset.indices, dtype=np.int64))
    if isinstance(dataset, ConcatDataset):
        return concatenate([label_array(labels_of(part)) for part in dataset.datasets])
    if isinstance(dataset, StackDataset):
        return _of_stack(dataset)
    if hasattr(dataset, "column_names") and hasattr(dataset, "with_format"):
        return _of_hugging_face(dataset)
    return _of_attributes(dataset)


def _of_tensors(dataset):
    """The last tensor, if it is of one integer a row, and the only such one beside the first, which
    holds the inputs.
    """
    last = dataset.tensors[-1]
    if not _is_integer_column(last):
        raise TypeError(
            f"The last tensor of TensorDataset is no labels: {last.dtype} of shape {tuple(last.shape)}, wanted "
            f"one integer a row. {WAY_OUT}"
        )
    if any(
        _is_integer_column(other) and not torch.equal(other, last)
        for other in dataset.tensors[1:-1]
    ):
        raise ValueError(
            f"TensorDataset has several tensors of one integer a row that differ. {WAY_OUT}"
        )
    return last


def _is_integer_column(tensor):
    return tensor.ndim == 1 and not tensor.is_floating_point() and not tensor.is_complex()


def _of_stack(dataset):
    """The last member of a tuple, the one that is called a label in a dict."""
    if isinstance(dataset.datasets, dict):
        return labels_of(dataset.datasets[_only_name(dataset, dataset.datasets)])
    return labels_of(dataset.datasets[-1])


def _of_hugging_face(dataset):
    """The label column, whole. Through the index left by ``select`` or ``shuffle`` the public way
    gathers row by row, and numpy would turn integers into floats for the sake of missing labels
    that were not selected.
    """
    column = dataset.data.column(_label_column(dataset))
    index = getattr(dataset, "_indices", None)
    if index is not None:
        column = column.take(index.column(0))
    values = column.to_numpy()
    return (
        values if values.dtype != object else column.to_pylist()
    )  # texts, missing labels, one-hot rows


def _label_column(dataset):
    """The one column of class labels, else the one that is called so."""
    features = getattr(dataset, "features", None) or {}
    of_classes = [
        name for name, feature in features.items() if type(feature).__name__ == "ClassLabel"
    ]
    if len(of_classes) == 1:
        return of_classes[0]
    return _only_name(
        dataset,
        [name for name in dataset.column_names if name in of_classes] or dataset.column_names,
    )


def _only_name(dataset, names):
    found = [name for name in names if name in LABEL_NAMES]
    if len(found) != 1:
        problem = (
            f"several parts that could be labels ({', '.join(found)})"
            if found
            else "no part that is called a label"
        )
        raise ValueError(
            f"{type(dataset).__name__} has {problem} among {', '.join(map(str, names))}. {WAY_OUT}"
        )
    return found[0]


def _of_attributes(dataset):
    found = {name: getattr(dataset, name, None) for name in LABEL_ATTRIBUTES}
    found = {
        name: labels
        for name, labels in found.items()
        if labels is not None and is_label_container(labels)
    }
    if not found and _is_pairs(getattr(dataset, "samples", None)):
        found = {"samples": [label for _, label in dataset.samples]}
    if not found:
        raise TypeError(
            f"{type(dataset).__name__} shows no labels: no get_labels(), targets, labels, y or samples. {WAY_OUT}"
        )
    first, *others = found.values()
    if not all(np.array_equal(label_array(first), label_array(other)) for other in others):
        raise ValueError(
            f"{type(dataset).__name__} has several labels that differ: {', '.join(found)}. {WAY_OUT}"
        )
    return first


def _is_pairs(samples):
    """Whether these are the (path, label) of torchvision's folders."""
    return isinstance(samples, list) and all(
        isinstance(sample, (tuple, list))
        and len(sample) == 2
        and isinstance(sample[0], (str, os.PathLike))
        for sample in samples
    )
