"""Samplers and batch samplers for torch DataLoaders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from numbers import Integral
from typing import Any

import numpy as np
import torch
from torch.utils.data import Sampler, TensorDataset

from skbalance._batches import batches, n_batches
from skbalance._labels import label_array
from skbalance._parameters import check_epoch
from skbalance._plan import Epoch, Plan
from skbalance._sampler import InverseFrequencySampler
from skbalance.torch._dataset_labels import labels_of


class BalancedSampler(Sampler[int]):
    """Row numbers for a DataLoader, a new epoch of the plan each time it is gone through.

    Made by `InverseFrequencySampler.to_torch_sampler`. An epoch is taken with the first draw: asking for an iterator
    takes none, and one that is left early is not repeated. Rows are computed a chunk at a time.

    Parameters
    ----------
    plan : Plan
        The fitted sampler's plan of draws.

    Raises
    ------
    TypeError
        Anything but a plan.

    Attributes
    ----------
    epoch : int
        The epoch that the next first draw takes. Where its length changes with the epoch (strength a function, n_samples
        a word), ``len`` is the length of this one.

    Examples
    --------
    >>> from skbalance import InverseFrequencySampler
    >>> sampler = InverseFrequencySampler(random_state=0).fit(None, [0, 0, 0, 1])
    >>> rows = sampler.to_torch_sampler()
    >>> list(rows) == sampler.draw(0).tolist(), list(rows) == sampler.draw(1).tolist()
    (True, True)
    """

    _plan: Plan
    epoch: int

    def __init__(self, plan: Plan) -> None:
        if not isinstance(plan, Plan):
            raise TypeError(
                "BalancedSampler is made by InverseFrequencySampler.to_torch_sampler(dataset), "
                f"not from {type(plan).__name__}."
            )
        self._plan = plan
        self.epoch = 0

    def __len__(self) -> int:
        return self._plan.n_samples(self.epoch)

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self._chunks())

    def _chunks(self) -> Iterator[list[int]]:
        # A generator, so that the epoch is taken with the first draw and not by iter().
        for rows in self._take_epoch().chunks():
            yield rows.tolist()

    def _take_epoch(self) -> Epoch:
        epoch = Epoch(self._plan, check_epoch(self.epoch))
        self.epoch += 1
        return epoch

    def set_epoch(self, epoch: int) -> None:
        """Let the next first draw take this epoch, whatever went before.

        Parameters
        ----------
        epoch : int
            At least 0.

        Raises
        ------
        TypeError, ValueError
            An epoch that is no int from 0 to 2**63 - 2.
        """
        self.epoch = check_epoch(epoch)


class BalancedBatchSampler(Sampler[list[int]]):
    """Batches of row numbers, each with its share of every class rounded down or up, in random order.

    Made by `InverseFrequencySampler.to_torch_batch_sampler`. Over an epoch the batches hold the rows that the row sampler
    draws in it, and sizes differ by at most one; with ``drop_last`` all batches are full, and the draws that are left out are
    spread evenly over the classes.

    Parameters
    ----------
    sampler : BalancedSampler
        The row sampler of the same plan. The two share their epoch.
    batch_size : int
        Most rows in a batch, at least 1.
    drop_last : bool, default=False
        Whether to make full batches only.

    Attributes
    ----------
    sampler, batch_size, drop_last
        As given.
    epoch : int
        The epoch that the next first batch takes.

    Raises
    ------
    TypeError, ValueError
        Another kind of sampler, a batch size that is no int of at least 1, or one that leaves no batch.

    References
    ----------
    Cochran, "Sampling techniques", 1977, chapter 8 (a batch is a systematic sample of the draws laid out by class).

    Examples
    --------
    >>> from skbalance import InverseFrequencySampler
    >>> y = [0] * 90 + [1] * 10
    >>> batches = InverseFrequencySampler(random_state=0).to_torch_batch_sampler(y, batch_size=10)
    >>> [sum(y[row] for row in batch) for batch in batches]
    [5, 5, 5, 5, 5, 5, 5, 5, 5, 5]
    """

    sampler: BalancedSampler
    batch_size: int
    drop_last: bool

    def __init__(self, sampler: BalancedSampler, batch_size: int, drop_last: bool = False) -> None:
        if not isinstance(sampler, BalancedSampler):
            raise TypeError(f"sampler must be a BalancedSampler, got {type(sampler).__name__}.")
        if not isinstance(batch_size, Integral) or isinstance(batch_size, bool):
            raise TypeError(f"batch_size must be an int >= 1, got {batch_size!r}.")
        if batch_size < 1:
            raise ValueError(f"batch_size must be an int >= 1, got {batch_size!r}.")
        if not isinstance(drop_last, (bool, np.bool_)):
            raise TypeError(f"drop_last must be True or False, got {drop_last!r}.")
        if drop_last and batch_size > len(sampler):
            raise ValueError(
                f"batch_size must be at most the {len(sampler)} draws of an epoch with drop_last=True, got {batch_size}."
            )
        self.sampler = sampler
        self.batch_size = int(batch_size)
        self.drop_last = bool(drop_last)

    @property
    def epoch(self) -> int:
        return self.sampler.epoch

    def __len__(self) -> int:
        return n_batches(len(self.sampler), self.batch_size, self.drop_last)

    def __iter__(self) -> Iterator[list[int]]:
        return chain.from_iterable(self._chunks())

    def _chunks(self) -> Iterator[list[list[int]]]:
        # A generator, so that the epoch is taken with the first batch and not by iter().
        yield from batches(self.sampler._take_epoch(), self.batch_size, self.drop_last)

    def set_epoch(self, epoch: int) -> None:
        """Let the next first batch take this epoch, as `BalancedSampler.set_epoch` does.

        Parameters
        ----------
        epoch : int
            At least 0.

        Raises
        ------
        TypeError, ValueError
            An epoch that is no int from 0 to 2**63 - 2.
        """
        self.sampler.set_epoch(epoch)


class ImbalancedDatasetSampler(BalancedSampler):
    """A drop-in for torchsampler's class of this name: the same arguments, balanced classes, exact class counts.

    Where torchsampler draws every row independently, this draws each class alike and the rows of a class in turn. Its seed
    comes from torch, so ``torch.manual_seed`` before it is made repeats it. Unlike its model it refuses float labels, a single
    class, and fewer draws than classes.

    Parameters
    ----------
    dataset : Dataset
        Its labels are found as by `InverseFrequencySampler.to_torch_sampler`; in a TensorDataset they are ``tensors[1]``.
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
        Labels that are not found, are not classes or do not match the indices; indices that are not rows of the dataset.

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
        if num_samples is not None and (not isinstance(num_samples, Integral) or isinstance(num_samples, bool)):
            raise TypeError(f"num_samples must be an int or None, got {num_samples!r}.")
        if labels is None:
            labels = label_array(_all_labels(dataset, callback_get_label))
            labels = labels[rows] if len(labels) == len(dataset) else labels
        if len(labels) != len(rows):
            raise ValueError(f"labels must be one for each of the {len(rows)} indices, got {len(labels)}.")
        seed = int(torch.empty((), dtype=torch.int64).random_().item())
        sampler = InverseFrequencySampler(n_samples=num_samples, random_state=seed).fit(None, labels)
        plan = sampler._plan
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
        raise TypeError(f"indices must be a sequence of ints, got {rows.dtype} of shape {rows.shape}.")
    if not (-n_rows <= rows.min() and rows.max() < n_rows):
        raise ValueError(f"indices must be rows of a dataset of {n_rows}, got {rows.min()} to {rows.max()}.")
    return rows.astype(np.int64)


def _all_labels(dataset: Any, callback_get_label: Callable[[Any], Any] | None) -> Any:
    """Labels of the whole dataset, those of a TensorDataset where torchsampler finds them."""
    if callback_get_label is not None:
        return callback_get_label(dataset)
    if isinstance(dataset, TensorDataset) and len(dataset.tensors) > 1:
        return dataset.tensors[1]
    return labels_of(dataset)
