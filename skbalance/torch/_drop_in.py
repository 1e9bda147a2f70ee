"""A drop-in for torchsampler's sampler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from numbers import Integral
from typing import Any

import numpy as np
import torch
from torch.utils.data import TensorDataset

from skbalance._labels.containers import label_array
from skbalance._planning import Parameters
from skbalance.torch._dataset_labels import labels_of
from skbalance.torch._samplers import BalancedSampler


class ImbalancedDatasetSampler(BalancedSampler):
    """A drop-in for torchsampler's class of this name: the same arguments, balanced classes, exact
    class counts.

    Where torchsampler draws every row independently, this draws each class alike and the rows of a
    class in turn. Its seed comes from torch, so ``torch.manual_seed`` before it is made repeats it.
    Unlike its model it refuses float labels, a single class, and fewer draws than classes.

    Parameters
    ----------
    dataset : Dataset
        Its labels are found as by `InverseFrequencySampler.to_torch_sampler`; in a TensorDataset
        they are ``tensors[1]``.
    labels : array-like of shape (n_indices,) or None, default=None
        Labels of the rows at `indices`, one to one.
    indices : sequence of int or None, default=None
        Rows of the dataset to draw from, in any order; None is all.
    num_samples : int or None, default=None
        Draws in an epoch; None is as many as there are indices.
    callback_get_label : callable or None, default=None
        Called with the dataset, returns the labels of all its rows, or of those at `indices`.

    Attributes
    ----------
    indices : list of int
        Rows that are drawn from.
    num_samples : int
        Draws in an epoch.
    epoch : int
        The epoch that the next first draw takes.

    Raises
    ------
    TypeError, ValueError
        Labels that are not found, are not classes or do not match the indices; indices that are not
        rows of the dataset.

    Examples
    --------
    >>> import torch
    >>> from torch.utils.data import TensorDataset
    >>> data = TensorDataset(torch.zeros(10, 3), torch.tensor([0] * 8 + [1] * 2))
    >>> sorted(int(data[row][1]) for row in ImbalancedDatasetSampler(data))
    [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    """

    def __init__(
        self,
        dataset: Any,
        labels: Any = None,
        indices: Any = None,
        num_samples: int | None = None,
        callback_get_label: Callable[[Any], Any] | None = None,
    ) -> None:
        rows = _check_indices(indices, len(dataset))
        if num_samples is not None and (
            not isinstance(num_samples, Integral) or isinstance(num_samples, bool)
        ):
            raise TypeError(f"num_samples must be an int or None, got {num_samples!r}.")
        if labels is None:
            labels = label_array(_all_labels(dataset, callback_get_label))
            labels = labels[rows] if len(labels) == len(dataset) else labels
        if len(labels) != len(rows):
            raise ValueError(
                f"labels must be one for each of the {len(rows)} indices, got {len(labels)}."
            )
        seed = int(torch.empty((), dtype=torch.int64).random_().item())
        _, plan = Parameters(n_samples=num_samples, random_state=seed).plan_of(labels)
        super().__init__(replace(plan, pool=rows[plan.pool]))
        self.indices = rows.tolist()
        self.num_samples = len(self)
        self.callback_get_label = callback_get_label


def _check_indices(indices: Any, n_rows: int) -> Any:
    """The indices as an int64 array; None is all rows."""
    if indices is None:
        return np.arange(n_rows)
    rows = np.asarray(indices)
    if rows.size == 0:
        raise ValueError("indices must not be empty.")
    if rows.ndim != 1 or rows.dtype.kind not in "iu":
        raise TypeError(
            f"indices must be a sequence of ints, got {rows.dtype} of shape {rows.shape}."
        )
    if not (-n_rows <= rows.min() and rows.max() < n_rows):
        raise ValueError(
            f"indices must be rows of a dataset of {n_rows}, got {rows.min()} to {rows.max()}."
        )
    return rows.astype(np.int64)


def _all_labels(dataset: Any, callback_get_label: Callable[[Any], Any] | None) -> Any:
    """Labels of the whole dataset, those of a TensorDataset where torchsampler finds them."""
    if callback_get_label is not None:
        return callback_get_label(dataset)
    if isinstance(dataset, TensorDataset) and len(dataset.tensors) > 1:
        return dataset.tensors[1]
    return labels_of(dataset)
