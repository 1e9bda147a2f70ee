"""The labels of a dataset, found by its attributes: no item is loaded, and no package but torch is imported."""

import numpy as np
from torch.utils.data import ConcatDataset, IterableDataset, StackDataset, Subset, TensorDataset

from skbalance._labels import is_label_container, label_array

# Attributes in which datasets keep their labels: torchvision's (MNIST, CIFAR, folders; SVHN, STL10), skorch's.
LABEL_ATTRIBUTES = ("targets", "labels", "y")
# Names of label columns and of label members.
LABEL_NAMES = ("label", "labels", "target", "targets", "y")

WAY_OUT = "Give them as labels=..., one for each row."


def labels_of(dataset):
    """Labels of all rows of a dataset, in its order; labels themselves come back as they are.

    >>> import torch
    >>> from torch.utils.data import Subset, TensorDataset
    >>> labels_of(Subset(TensorDataset(torch.zeros(3, 2), torch.tensor([5, 6, 7])), [2, 0])).tolist()
    [7, 5]
    """
    if is_label_container(dataset):
        return dataset
    labels = _find(dataset)
    if hasattr(dataset, "__len__") and len(labels) != len(dataset):
        raise ValueError(
            f"{type(dataset).__name__} has {len(dataset)} rows, but {len(labels)} labels were found in it. {WAY_OUT}"
        )
    return labels


def _find(dataset):
    if isinstance(dataset, IterableDataset):
        raise TypeError(
            f"{type(dataset).__name__} is an IterableDataset: it has no row numbers that a sampler could draw."
        )
    if callable(getattr(dataset, "get_labels", None)):
        return dataset.get_labels()
    if isinstance(dataset, TensorDataset):
        return _of_tensors(dataset)
    if isinstance(dataset, Subset):
        return label_array(labels_of(dataset.dataset))[np.asarray(dataset.indices, dtype=np.int64)]
    if isinstance(dataset, ConcatDataset):
        return _concatenate([label_array(labels_of(part)) for part in dataset.datasets])
    if isinstance(dataset, StackDataset):
        return _of_stack(dataset)
    if hasattr(dataset, "column_names") and hasattr(dataset, "with_format"):
        return _of_hugging_face(dataset)
    return _of_attributes(dataset)


def _of_tensors(dataset):
    last = dataset.tensors[-1]
    if last.ndim != 1 or last.is_floating_point() or last.is_complex():
        raise TypeError(
            f"The last tensor of TensorDataset is no labels: {last.dtype} of shape {tuple(last.shape)}, wanted "
            f"one integer a row. {WAY_OUT}"
        )
    return last


def _of_stack(dataset):
    """The last member of a tuple, the one that is called a label in a dict."""
    if isinstance(dataset.datasets, dict):
        return labels_of(dataset.datasets[_only_name(dataset, dataset.datasets)])
    return labels_of(dataset.datasets[-1])


def _of_hugging_face(dataset):
    """The label column, whole. Through an index left by ``select`` or ``shuffle``, the public way gathers row by row."""
    column, index = _label_column(dataset), getattr(dataset, "_indices", None)
    if index is None:
        return dataset.with_format("numpy")[column][:]
    return dataset.data.column(column).to_numpy()[index.column(0).to_numpy()]


def _label_column(dataset):
    """The one column of class labels, else the one that is called so."""
    features = getattr(dataset, "features", None) or {}
    of_classes = [name for name, feature in features.items() if type(feature).__name__ == "ClassLabel"]
    return of_classes[0] if len(of_classes) == 1 else _only_name(dataset, of_classes or dataset.column_names)


def _only_name(dataset, names):
    found = [name for name in names if name in LABEL_NAMES]
    if len(found) != 1:
        problem = (
            f"several parts that could be labels ({', '.join(found)})" if found else "no part that is called a label"
        )
        raise ValueError(f"{type(dataset).__name__} has {problem} among {', '.join(map(str, names))}. {WAY_OUT}")
    return found[0]


def _of_attributes(dataset):
    found = {name: getattr(dataset, name, None) for name in LABEL_ATTRIBUTES}
    found = {name: labels for name, labels in found.items() if labels is not None and is_label_container(labels)}
    if not found and isinstance(getattr(dataset, "samples", None), list):  # torchvision's folders: (path, label)
        found = {"samples": [sample[1] for sample in dataset.samples]}
    if not found:
        raise TypeError(
            f"{type(dataset).__name__} shows no labels: no get_labels(), targets, labels, y or samples. {WAY_OUT}"
        )
    first, *others = found.values()
    if not all(np.array_equal(label_array(first), label_array(other)) for other in others):
        raise ValueError(f"{type(dataset).__name__} has several labels that differ: {', '.join(found)}. {WAY_OUT}")
    return first


def _concatenate(parts):
    """Numpy would turn labels of different kinds into strings or floats."""
    if len({part.dtype.kind for part in parts}) > 1:
        parts = [part.astype(object) for part in parts]
    return np.concatenate(parts)
