"""Samplers and batch samplers for torch DataLoaders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from numbers import Integral
from typing import Any, cast

import numpy as np
import torch
from torch.utils.data import DistributedSampler, TensorDataset

from skbalance._batches import Cut, batches
from skbalance._labels import label_array
from skbalance._plan import Epoch, Plan
from skbalance._ranks import ALONE, Ranks
from skbalance._sampler import InverseFrequencySampler
from skbalance.torch._dataset_labels import labels_of
from skbalance.torch._resume import Place, ResumableSampler


class BalancedSampler(ResumableSampler):
    """Row numbers for a DataLoader, a new epoch of the plan each time it is gone through.

    Made by `InverseFrequencySampler.to_torch_sampler`. An epoch is taken with the first draw: asking for an iterator
    takes none, and one that is left early is not repeated. Rows are computed a chunk at a time. Sampler and iterators carry
    `state_dict` and `load_state_dict`.

    Parameters
    ----------
    plan : Plan
        The fitted sampler's plan of draws.
    ranks : Ranks, default=Ranks()
        The rank whose draws these are, of how many.

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

    def __init__(self, plan: Plan, ranks: Ranks = ALONE) -> None:
        if not isinstance(plan, Plan):
            raise TypeError(
                "BalancedSampler is made by InverseFrequencySampler.to_torch_sampler(dataset), "
                f"not from {type(plan).__name__}."
            )
        self._plan = plan
        self._ranks = ranks
        self.epoch = 0

    def _lists(self, place: Place) -> Iterator[list[int]]:
        return (rows.tolist() for rows in Epoch(self._plan, place.epoch).chunks(place.position, self._ranks))

    def _n_left(self, place: Place) -> int:
        return int(self._ranks.n_draws(self._plan.n_samples(place.epoch) - place.position))

    def _end_of(self, place: Place) -> int:
        return self._plan.n_samples(place.epoch)

    def _place_after(self, place: Place, n_items: int) -> Place:
        # The surplus that makes ranks equal is not counted.
        return place._replace(position=min(self._end_of(place), place.position + n_items * self._ranks.n))


class BalancedBatchSampler(ResumableSampler):
    """Batches of row numbers, each with its share of every class rounded down or up, in random order.

    Made by `InverseFrequencySampler.to_torch_batch_sampler`. Over an epoch the batches hold the rows that the row sampler
    draws in it, and sizes differ by at most one; with ``drop_last`` all batches are full, and the draws that are left out are
    spread evenly over the classes. With ranks, the batches of all ranks in one step together hold their share of every class, too.

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
    _ranks: Ranks

    def __init__(self, sampler: BalancedSampler, batch_size: int, drop_last: bool = False) -> None:
        if not isinstance(sampler, BalancedSampler):
            raise TypeError(
                f"sampler must be a BalancedSampler, got {type(sampler).__name__}. (Under Lightning, batches go into the loader as "
                "sampler=..., batch_size=None.)"
            )
        if not isinstance(batch_size, Integral) or isinstance(batch_size, bool):
            raise TypeError(f"batch_size must be an int >= 1, got {batch_size!r}.")
        if batch_size < 1:
            raise ValueError(f"batch_size must be an int >= 1, got {batch_size!r}.")
        if not isinstance(drop_last, (bool, np.bool_)):
            raise TypeError(f"drop_last must be True or False, got {drop_last!r}.")
        self._plan = sampler._plan
        self._ranks = sampler._ranks
        self._cut = Cut(int(batch_size) * self._ranks.n, bool(drop_last), self._ranks.n)
        n_samples = self._plan.n_samples(sampler.epoch)
        if drop_last and self._cut.size > n_samples:
            raise ValueError(
                f"batch_size must be at most the {n_samples} draws of an epoch"
                + (f" on {self._ranks.n} ranks" if self._ranks.n > 1 else "")
                + f" with drop_last=True, got {batch_size}."
            )
        self.sampler = sampler
        self.batch_size = int(batch_size)
        self.drop_last = bool(drop_last)

    @property
    def epoch(self) -> int:
        return self.sampler.epoch

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self.sampler.epoch = epoch

    def _lists(self, place: Place) -> Iterator[list[list[int]]]:
        yield from batches(Epoch(self._plan, place.epoch), place.cut, self._ranks.rank, place.position)

    def _n_left(self, place: Place) -> int:
        return self._end_of(place) - place.position

    def _end_of(self, place: Place) -> int:
        return int(cast(Cut, place.cut).n_batches(self._plan.n_samples(place.epoch)))

    def _adapted(self, place: Place) -> Place:
        """The rest of an epoch keeps its steps, however many ranks now share them: what is too large for them takes several turns."""
        before, own = cast(Cut, place.cut), cast(Cut, self._cut)
        cut = before._replace(n_ranks=own.n_ranks, n_turns=-(-before.size // own.size))
        if cut == before:
            return place
        n_samples = self._plan.n_samples(place.epoch)
        if cut.n_batches(n_samples) * cut.n_ranks > cut.n_kept(n_samples):
            raise ValueError(
                f"the state is of an epoch in steps of at most {cut.size} rows, too few for {cut.n_turns} batches on each of "
                f"{cut.n_ranks} ranks; go on with fewer ranks or larger batches."
            )
        step, turn = divmod(place.position, before.n_turns)
        if turn:
            raise ValueError(
                f"the state stands within a step of {before.size} rows that {before.n_ranks} ranks take in {before.n_turns} turns; "
                "go on with as many ranks and turns, or from a state after a whole step."
            )
        return place._replace(position=step * cut.n_turns, cut=cut)


class DistributedBalancedSampler(BalancedSampler, DistributedSampler[int]):
    """The draws of one rank: a BalancedSampler that frameworks know as sharded already.

    Made by ``to_torch_sampler(..., num_replicas=..., rank=...)``. The ranks' draws in turn are those of the single sampler.
    All ranks have equally many: the surplus is taken from the start of the epoch, or with ``drop_last`` left out.

    Parameters
    ----------
    plan : Plan
        The fitted sampler's plan of draws, the same on all ranks.
    ranks : Ranks
        This rank and their number.

    Attributes
    ----------
    num_replicas, rank : int
        The number of ranks, and which one this is.
    drop_last : bool
        Whether the last few draws are left out where they are not enough for all ranks.
    num_samples, total_size : int
        Draws of this rank, and of all, in the next epoch. DistributedSampler's other attributes are not here.
    epoch : int
        The epoch that the next first draw takes.

    Raises
    ------
    TypeError
        Anything but a plan.

    Examples
    --------
    >>> from skbalance import InverseFrequencySampler
    >>> sampler = InverseFrequencySampler(random_state=0).fit(None, [0, 0, 0, 1])
    >>> ranks = [list(sampler.to_torch_sampler(num_replicas=2, rank=rank)) for rank in (0, 1)]
    >>> [row for step in zip(*ranks) for row in step] == sampler.draw(0).tolist()
    True
    """

    def __init__(self, plan: Plan, ranks: Ranks) -> None:
        super().__init__(plan, ranks)
        if ranks.drop_last and len(self) == 0:
            raise ValueError(
                f"num_replicas must be at most the {plan.n_samples(0)} draws of an epoch with drop_last=True, got {ranks.n}."
            )
        self.num_replicas, self.rank, self.drop_last = ranks

    @property
    def num_samples(self) -> int:  # type: ignore[override]
        return len(self)

    @property
    def total_size(self) -> int:  # type: ignore[override]
        return len(self) * self.num_replicas


class DistributedBalancedBatchSampler(BalancedBatchSampler, DistributedSampler[list[int]]):
    """The batches of one rank: a BalancedBatchSampler that frameworks know as sharded already.

    Made by ``to_torch_batch_sampler(..., num_replicas=..., rank=...)``. The batches of all ranks in one step are, together, a
    batch of the single sampler with ``batch_size * num_replicas`` rows, and each of them holds its share of every class, too. All
    ranks have equally many batches.

    Parameters
    ----------
    sampler : DistributedBalancedSampler
        The row sampler of the same plan and rank. The two share their epoch.
    batch_size : int
        Most rows in a batch of one rank, at least 1.
    drop_last : bool, default=False
        Whether to make full batches only.

    Attributes
    ----------
    sampler, batch_size, drop_last
        As given.
    num_replicas, rank : int
        The number of ranks, and which one this is.
    epoch : int
        The epoch that the next first batch takes.

    Raises
    ------
    TypeError, ValueError
        As in `BalancedBatchSampler`.

    Examples
    --------
    >>> from skbalance import InverseFrequencySampler
    >>> y = [0] * 90 + [1] * 10
    >>> sampler = InverseFrequencySampler(random_state=0)
    >>> ranks = [sampler.to_torch_batch_sampler(y, batch_size=5, num_replicas=2, rank=rank) for rank in (0, 1)]
    >>> [sum(y[row] for batch in step for row in batch) for step in zip(*ranks)]
    [5, 5, 5, 5, 5, 5, 5, 5, 5, 5]
    """

    def __init__(self, sampler: DistributedBalancedSampler, batch_size: int, drop_last: bool = False) -> None:
        super().__init__(sampler, batch_size, drop_last)
        self.num_replicas, self.rank = sampler.num_replicas, sampler.rank


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
