"""A drop-in for torchsampler's sampler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import torch
from torch.utils.data import TensorDataset

from skbalance._checks import check_int
from skbalance._labels.containers import label_array, refuse_unreadable
from skbalance._planning.parameters import Parameters
from skbalance._planning.plans import plan_of
from skbalance.torch._dataset_labels import (
    check_has_rows,
    columns,
    labels_of_dataset,
    row_numbers,
)
from skbalance.torch._samplers import BalancedSampler


class ImbalancedDatasetSampler(BalancedSampler):
    """A drop-in for torchsampler's class of this name, with exactly balanced classes.

    It takes the same arguments. torchsampler draws every row independently; this sampler draws each
    class equally often, and the rows of a class in turn. Its seed comes from torch: to repeat a
    run, call ``torch.manual_seed`` before you make it. Unlike torchsampler's, it refuses float
    labels, a single class, and fewer draws than classes.

    Parameters
    ----------
    dataset : Dataset
        Its labels are found as by `InverseFrequencySampler.to_torch_sampler`, except that a list is
        read as a dataset here, so pass its labels. In a TensorDataset they are ``tensors[1]``, as
        in torchsampler, unless another tensor could be meant: then they are found as elsewhere.
    labels : array-like of shape (n_indices,) or None, default=None
        Labels of the rows at `indices`, one to one.
    indices : sequence of int or None, default=None
        Rows of the dataset to draw from, in any order; None means all.
    num_samples : int or None, default=None
        Draws in an epoch; None means as many as there are indices.
    callback_get_label : callable or None, default=None
        Called with the dataset, returns the labels of all its rows, or of those at `indices`.

    Attributes
    ----------
    indices : list of int
        Rows that are drawn from.
    num_samples : int
        Draws in an epoch.
    epoch : int
        The epoch that the next loop draws.

    Raises
    ------
    TypeError, ValueError
        A dataset without a length; labels that are not found, are not classes or do not match the
        indices; indices that are not rows of the dataset; fewer draws than classes.

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
        rows = _rows_to_draw_from(dataset, indices)
        if labels is None:
            labels = _found_labels(dataset, rows, callback_get_label)
        labels = label_array(labels, "labels")
        if len(labels) != len(rows):
            raise ValueError(
                f"labels must be one for each of the {len(rows)} indices, got {len(labels)}."
            )
        plan = _plan(labels, num_samples)
        super().__init__(replace(plan, pool=rows[plan.pool]))
        self.indices = rows.tolist()
        self.num_samples = len(self)
        self.callback_get_label = callback_get_label


def _rows_to_draw_from(dataset: Any, indices: Any) -> Any:
    """The indices as an int64 array; None means all rows."""
    check_has_rows(dataset)
    if not hasattr(dataset, "__len__"):
        raise TypeError(
            f"dataset must have a length, got {type(dataset).__name__} without __len__."
        )
    if indices is None:
        return np.arange(len(dataset))
    rows = row_numbers(indices, len(dataset), "indices")
    if len(rows) == 0:
        raise ValueError("indices must not be empty.")
    return rows


def _found_labels(dataset: Any, rows: Any, callback_get_label: Any) -> Any:
    """The labels of those rows, which in a TensorDataset are where torchsampler finds them."""
    if callback_get_label is not None:
        if not callable(callback_get_label):
            raise TypeError(
                "callback_get_label must be a function of the dataset or None, got "
                f"{callback_get_label!r}."
            )
        labels = label_array(callback_get_label(dataset), "callback_get_label(dataset)")
        return labels[rows] if len(labels) == len(dataset) else labels
    if isinstance(dataset, TensorDataset) and len(dataset.tensors) > 1:
        second, found = dataset.tensors[1], columns(dataset)
        # Of ids, attention mask and labels, the labels are the third.
        if len(dataset.tensors) == 2 or (len(found) == 1 and found[0] is second):
            refuse_unreadable(second, "labels")
            return second[rows]
    return labels_of_dataset(dataset, rows)


def _plan(labels: Any, num_samples: int | None) -> Any:
    """The plan of draws, with a seed that ``torch.manual_seed`` governs."""
    if num_samples is not None:
        check_int(num_samples, "num_samples must be an int or None", least=-inf)
    seed = int(torch.empty((), dtype=torch.int64).random_().item())
    try:
        return plan_of(Parameters(n_samples=num_samples, random_state=seed), labels).plan
    except ValueError as error:
        # The caller knows the parameter by torchsampler's name.
        raise ValueError(str(error).replace("n_samples", "num_samples")) from None
