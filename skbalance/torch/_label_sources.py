"""Where datasets keep their labels: in attributes, or in a column of a table."""

import os

import numpy as np
import torch

from skbalance.torch._target_transform import check_targets
from skbalance.torch._targets import n_labels

# Where datasets keep one label for each row, or pairs of an input and its label: the public names
# of torchvision and skorch, and the private ones of torchvision's newer datasets. The private names
# are only looked at where the public ones hold nothing: what a dataset shows may differ from what
# it keeps to itself.
PUBLIC_NAMES = ("targets", "labels", "y"), ("samples", "imgs")
PRIVATE_NAMES = ("_labels",), ("_samples",)

# Names of label columns and of members of a StackDataset. As attributes, the singular ones are too
# common.
LABEL_NAMES = ("label", "labels", "target", "targets", "y")

WAY_OUT = "Give them as labels=..., one for each row."


def of_hugging_face(dataset):
    """The label column, whole.

    A class label that is not called a label counts as much as a column that is: a model learns one
    of them, and nothing tells which.
    """
    names = dataset.column_names
    features = getattr(dataset, "features", None) or {}
    candidates = [
        name
        for name in names
        if name in LABEL_NAMES or type(features.get(name)).__name__ == "ClassLabel"
    ]
    way_out = 'Give them as labels=dataset["..."], the column that the model learns.'
    return _whole_column(dataset, only(candidates, names, dataset, way_out))


def _whole_column(dataset, name):
    """The column of the Arrow table, taken at the row index that ``select`` and ``shuffle`` leave.

    That index is private. The public way through it gathers row by row (4 s a million rows instead
    of 0.04), and numpy would turn integers into floats because of missing labels in rows that were
    not selected.
    """
    if not hasattr(dataset, "_indices"):
        return dataset[name][:]
    column = dataset.data.column(name)
    if dataset._indices is not None:
        column = column.take(dataset._indices.column(0))
    values = column.to_numpy()
    # Python's objects for texts, labels of which some are missing, and one-hot rows.
    return column.to_pylist() if values.dtype == object else values


def only(candidates, names, dataset, way_out):
    """The one candidate among the names of a dataset's parts."""
    if len(candidates) == 1:
        return candidates[0]
    problem = (
        f"several parts that could be labels ({', '.join(candidates)})"
        if candidates
        else "no part that is called a label"
    )
    raise ValueError(
        f"{type(dataset).__name__} has {problem} among {', '.join(map(str, names))}. {way_out}"
    )


def of_attributes(dataset, kind):
    """What its attributes show, if those that are there agree."""
    found = _shown(dataset, *PUBLIC_NAMES) or _shown(dataset, *PRIVATE_NAMES)
    if not found:
        raise TypeError(
            f"{type(dataset).__name__} shows no labels: no get_labels(), targets, labels, y or "
            f"samples. {WAY_OUT}"
        )
    check_targets(dataset)
    first, *others = found.values()
    # A list of samples that was relabelled, say, beside targets that were not: items have the
    # labels of one of them, and nothing tells which.
    if not all(_are_equal(kind.read(first), kind.read(other)) for other in others):
        raise ValueError(
            f"{type(dataset).__name__} has several labels that differ: {', '.join(found)}. "
            f"{WAY_OUT}"
        )
    return first


def _are_equal(labels, others):
    """Whether targets that were read are the same, row by row."""
    if isinstance(labels, list):
        return len(labels) == len(others) and all(map(np.array_equal, labels, others))
    return np.array_equal(labels, others)


def _shown(dataset, names_of_labels, names_of_pairs):
    """The labels behind each of these names that the dataset has."""
    if hasattr(dataset, "iloc"):
        return {}  # a pandas frame, whose attributes may be columns
    found = {name: getattr(dataset, name, None) for name in names_of_labels}
    found = {name: labels for name, labels in found.items() if n_labels(labels) is not None}
    for name in names_of_pairs:
        pairs = getattr(dataset, name, ())
        if _is_pairs(pairs):
            found[name] = [label for _, label in pairs]
            break  # in a folder dataset, imgs is only an older name of samples
    return found


def _is_pairs(samples):
    """Whether these are pairs of a path or an image and its label, as in torchvision's datasets."""
    return isinstance(samples, list) and all(
        isinstance(sample, (tuple, list))
        and len(sample) == 2
        and isinstance(sample[0], (str, os.PathLike, torch.Tensor, np.ndarray))
        and not isinstance(sample[1], (tuple, list, dict))
        and getattr(sample[1], "ndim", 0) == 0
        for sample in samples
    )
