"""Samplers of rows and of batches for torch DataLoaders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import currentframe
from typing import Any

from torch.utils.data import BatchSampler, DistributedSampler, Sampler

from skbalance._checks import check_bool, check_epoch, check_int
from skbalance._draws.line_plan import LinePlan
from skbalance._draws.passes import Passes, ResumableIterator, state_of
from skbalance._draws.plan import Plan
from skbalance._draws.ranks import ALONE, Ranks
from skbalance._draws.streams import BatchStream, RowStream, Stream


class _StreamSampler(Sampler[Any]):
    """A stream as torch wants it: a new epoch in each pass, and states to resume from."""

    def __init__(self, stream: Stream, passes: Passes) -> None:
        self._stream = stream
        self._passes = passes

    @property
    def epoch(self) -> int:
        """The epoch that the next loop draws."""
        return self._passes.epoch

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self._passes.epoch = check_epoch(epoch)

    def __iter__(self) -> Iterator[Any]:
        return ResumableIterator.over(self._stream, self._passes)

    def __repr__(self) -> str:
        stream, told = self._stream, {"rows": len(self)}
        if isinstance(stream, BatchStream):
            told = {"batches": len(self), "batch_size": stream.batch_size}
        told["epoch"] = self.epoch
        if isinstance(self, DistributedSampler):
            told |= {"rank": stream.ranks.rank, "num_replicas": stream.ranks.n}
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in told.items())})"

    def __len__(self) -> int:
        # Of a whole epoch, also after a state was loaded: trainers take it for that of every epoch.
        return self._stream.n_items(self.epoch)

    def set_epoch(self, epoch: int) -> None:
        """Let the next loop draw this epoch, whatever came before.

        If this is the epoch of a state that was just loaded, the loop still resumes from the state.

        Parameters
        ----------
        epoch : int
            At least 0.

        Raises
        ------
        TypeError, ValueError
            An epoch that is not an int from 0 to 2**63 - 2.
        """
        self._passes.set_epoch(epoch)

    def state_dict(self) -> dict[str, Any]:
        """The position of the latest loop, even if it was left early.

        Before any loop, or after `set_epoch`, it is the start of the next one.

        Returns
        -------
        state : dict
            Plain values: epoch, position, and a fingerprint of labels, parameters and seed.
        """
        return state_of(self._stream, self._passes.latest_of(self._stream))

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Let the next loop resume from a state of this or another process.

        A state from the end of an epoch resumes with the next one. With batches, the rest of the
        epoch keeps the steps of the state (how many rows all ranks take at once, and whether all
        steps are full); from the next epoch on, the sampler uses its own. ``len`` stays that of a
        whole epoch.

        Parameters
        ----------
        state : dict
            From `state_dict` of a sampler, or of an iterator over one, of the same kind, labels,
            parameters and seed. The number of ranks may differ.

        Raises
        ------
        TypeError, ValueError
            Any other state.
        """
        self._passes.load(self._stream, state)


# Python names the class of a method whose arguments are wrong: users know this one by that name.
for _name in "set_epoch", "state_dict", "load_state_dict":
    getattr(_StreamSampler, _name).__qualname__ = f"BalancedSampler.{_name}"


class BalancedSampler(_StreamSampler):
    """Row numbers for a DataLoader; each ``for`` loop over it is a new epoch.

    Made by `InverseFrequencySampler.to_torch_sampler`, once for all epochs: a new one starts at
    epoch 0 again. The epoch counter moves on when the first row is drawn: making an iterator does
    not count, and a loop that is left early is not repeated. Rows are computed a chunk at a time.
    The sampler and its iterators have `state_dict` and `load_state_dict`. ``len`` is the number of
    draws in a whole epoch. If it changes from epoch to epoch (strength is a function, and n_samples
    is "over" or "under"), it is that of the next epoch.

    Parameters
    ----------
    plan : Plan
        The fitted sampler's plan of draws.
    ranks : Ranks, default=Ranks()
        The rank that takes these draws, and the number of ranks.

    Attributes
    ----------
    epoch : int
        The epoch that the next loop draws.

    Raises
    ------
    TypeError
        A plan or ranks of any other type.

    Examples
    --------
    >>> from skbalance import InverseFrequencySampler
    >>> sampler = InverseFrequencySampler(random_state=0).fit(None, [0, 0, 0, 1])
    >>> rows = sampler.to_torch_sampler()
    >>> list(rows) == sampler.draw(0).tolist(), list(rows) == sampler.draw(1).tolist()
    (True, True)
    """

    def __init__(self, plan: Plan | LinePlan, ranks: Ranks = ALONE) -> None:
        if not isinstance(plan, Plan | LinePlan):
            raise TypeError(
                "BalancedSampler is made by InverseFrequencySampler.to_torch_sampler(dataset), "
                f"not from {type(plan).__name__}."
            )
        if not isinstance(ranks, Ranks):
            raise TypeError(
                "ranks are made by InverseFrequencySampler.to_torch_sampler(..., num_replicas=..., "
                f"rank=...), not from {type(ranks).__name__}."
            )
        super().__init__(RowStream(plan, ranks), Passes())


class BalancedBatchSampler(_StreamSampler, BatchSampler):
    """Batches of row numbers, each with its share of every class, rounded down or up.

    Made by `InverseFrequencySampler.to_torch_batch_sampler`, once for all epochs. Pass it to the
    DataLoader as ``batch_sampler=``, or as ``sampler=`` with ``batch_size=None``. Over an epoch,
    the batches hold the rows that the torch sampler draws in it, and batch sizes differ by at most
    one. With ``drop_last`` all batches are full, and the draws that are left out are spread evenly
    over the classes. With ranks, the batches of all ranks in one step together also hold their
    share of every class. Within a batch, rows are in random order. ``len`` is the number of batches
    in a whole epoch.

    Parameters
    ----------
    sampler : BalancedSampler
        The torch sampler of the same plan. The two share one epoch counter.
    batch_size : int
        The most rows in a batch, at least 1.
    drop_last : bool, default=False
        Whether to make full batches only.

    Attributes
    ----------
    sampler, drop_last
        As given.
    batch_size : int or None
        Rows in every batch: as given if all batches are full, that is with ``drop_last`` or if the
        draws of an epoch are a multiple of it. Otherwise None, which tells accelerate that sizes
        differ: with a number, accelerate would leave out every smaller batch.
    epoch : int
        The epoch that the next loop draws.

    Raises
    ------
    TypeError, ValueError
        Another kind of sampler, a batch size that is not an int of at least 1, or one that leaves
        no batch.

    References
    ----------
    Cochran, "Sampling techniques", 1977, chapter 8 (a batch is a systematic sample of the draws
    laid out by class).

    Examples
    --------
    >>> from skbalance import InverseFrequencySampler
    >>> y = [0] * 90 + [1] * 10
    >>> batches = InverseFrequencySampler(random_state=0).to_torch_batch_sampler(y, batch_size=10)
    >>> [sum(y[row] for row in batch) for batch in batches]
    [5, 5, 5, 5, 5, 5, 5, 5, 5, 5]
    """

    sampler: BalancedSampler
    batch_size: int | None  # type: ignore[assignment]
    drop_last: bool

    def __init__(self, sampler: BalancedSampler, batch_size: int, drop_last: bool = False) -> None:
        if not isinstance(sampler, BalancedSampler):
            raise TypeError(
                f"sampler must be a BalancedSampler, got {type(sampler).__name__}. (Lightning "
                "builds batch samplers anew, around a sampler of its own, to predict and on "
                "several ranks. Predict over a plain DataLoader(data); to train on several ranks, "
                "make the batches with num_replicas and rank, and give them to the loader as "
                "sampler=..., batch_size=None.)"
            )
        size = check_int(batch_size, "batch_size must be an int >= 1", least=1)
        self.sampler = sampler
        self.drop_last = check_bool(drop_last, "drop_last")
        plan, ranks = sampler._stream.plan, sampler._stream.ranks
        stream = BatchStream(plan, ranks, size, self.drop_last)
        self.batch_size = size if stream.is_full else None
        super().__init__(stream, sampler._passes)
        if len(self) == 0:
            on_ranks = f" on {ranks.n} ranks" if ranks.n > 1 else ""
            raise ValueError(
                f"batch_size must be at most the {plan.n_samples(self.epoch)} draws of an epoch"
                f"{on_ranks} with drop_last=True, got {batch_size}."
            )

    def __iter__(self) -> Iterator[Any]:
        # A DataLoader hands its sampler and batch_size to torch's BatchSampler, which looks at
        # neither before it asks for an iterator. Its subclasses may well group batches on purpose.
        caller = getattr(currentframe(), "f_back", None)
        of_torch = getattr(BatchSampler.__iter__, "__code__", None)
        asking = caller.f_locals.get("self") if caller and caller.f_code is of_torch else None
        if type(asking) is BatchSampler:
            raise ValueError(
                f"{type(self).__name__} makes whole batches, which batch_size would batch once "
                "more: give the DataLoader batch_sampler=..., or sampler=... with batch_size=None. "
                "(To group batches on purpose, take a subclass of BatchSampler.)"
            )
        return super().__iter__()


class DistributedBalancedSampler(BalancedSampler, DistributedSampler[int]):
    """The draws of one rank: a BalancedSampler that frameworks know to be sharded already.

    Made by ``to_torch_sampler(..., num_replicas=..., rank=...)``. Interleaved, the ranks' draws are
    those of a single process. All ranks have equally many: missing draws are taken from the start
    of the epoch, or with ``drop_last`` surplus draws are left out.

    Parameters
    ----------
    plan : Plan
        The fitted sampler's plan of draws, the same on all ranks.
    ranks : Ranks
        This rank, and the number of ranks.

    Attributes
    ----------
    num_replicas, rank : int
        The number of ranks, and which one this is.
    drop_last : bool
        Whether the last few draws are left out if they do not suffice for all ranks.
    num_samples, total_size : int
        Draws of this rank, and of all ranks, in the next epoch. The other attributes of
        DistributedSampler are missing here.
    epoch : int
        The epoch that the next loop draws.

    Raises
    ------
    TypeError, ValueError
        Anything other than a plan; with ``drop_last``, more ranks than draws.

    Examples
    --------
    >>> from skbalance import InverseFrequencySampler
    >>> sampler = InverseFrequencySampler(random_state=0).fit(None, [0, 0, 0, 1])
    >>> ranks = [list(sampler.to_torch_sampler(num_replicas=2, rank=rank)) for rank in (0, 1)]
    >>> [row for step in zip(*ranks) for row in step] == sampler.draw(0).tolist()
    True
    """

    def __init__(self, plan: Plan | LinePlan, ranks: Ranks) -> None:
        super().__init__(plan, ranks)
        if ranks.drop_last and len(self) == 0:
            raise ValueError(
                f"num_replicas must be at most the {plan.n_samples(0)} draws of an epoch with "
                f"drop_last=True, got {ranks.n}."
            )
        self.num_replicas, self.rank, self.drop_last = ranks

    @property
    def num_samples(self) -> int:  # type: ignore[override]
        """Draws of this rank in the next epoch."""
        return len(self)

    @property
    def total_size(self) -> int:  # type: ignore[override]
        """Draws of all ranks in the next epoch."""
        return len(self) * self.num_replicas


class DistributedBalancedBatchSampler(BalancedBatchSampler, DistributedSampler[list[int]]):
    """The batches of one rank: a BalancedBatchSampler that frameworks know to be sharded already.

    Made by ``to_torch_batch_sampler(..., num_replicas=..., rank=...)``. The batches of all ranks in
    one step together are one batch of ``batch_size * num_replicas`` rows of a single process, and
    each of them also holds its share of every class. All ranks have equally many batches.

    Parameters
    ----------
    sampler : DistributedBalancedSampler
        The torch sampler of the same plan and rank. The two share one epoch counter.
    batch_size : int
        The most rows in a batch of one rank, at least 1.
    drop_last : bool, default=False
        Whether to make full batches only.

    Attributes
    ----------
    sampler, batch_size, drop_last
        As in `BalancedBatchSampler`.
    num_replicas, rank : int
        The number of ranks, and which one this is.
    epoch : int
        The epoch that the next loop draws.

    Raises
    ------
    TypeError, ValueError
        As in `BalancedBatchSampler`.

    Examples
    --------
    >>> from skbalance import InverseFrequencySampler
    >>> y = [0] * 90 + [1] * 10
    >>> sampler = InverseFrequencySampler(random_state=0)
    >>> ranks = [
    ...     sampler.to_torch_batch_sampler(y, batch_size=5, num_replicas=2, rank=rank)
    ...     for rank in (0, 1)
    ... ]
    >>> [sum(y[row] for batch in step for row in batch) for step in zip(*ranks)]
    [5, 5, 5, 5, 5, 5, 5, 5, 5, 5]
    """

    def __init__(
        self, sampler: DistributedBalancedSampler, batch_size: int, drop_last: bool = False
    ) -> None:
        super().__init__(sampler, batch_size, drop_last)
        self.num_replicas, self.rank = sampler.num_replicas, sampler.rank
