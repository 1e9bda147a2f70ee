"""Samplers and batch samplers for torch DataLoaders."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import cast

import numpy as np
from torch.utils.data import DistributedSampler

from skbalance._draws.batches import Cut, batches, rest_of_step
from skbalance._draws.passes import Pass, Place, ResumableSampler
from skbalance._draws.plan import Epoch, Plan
from skbalance._draws.ranks import ALONE, Ranks


class BalancedSampler(ResumableSampler):
    """Row numbers for a DataLoader, a new epoch of the plan each time it is gone through.

    Made by `InverseFrequencySampler.to_torch_sampler`. An epoch is taken with the first draw:
    asking for an iterator takes none, and one that is left early is not repeated. Rows are computed
    a chunk at a time. Sampler and iterators carry `state_dict` and `load_state_dict`.

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
        The epoch that the next first draw takes. Where its length changes with the epoch (strength
        a function, n_samples a word), ``len`` is the length of this one.

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
        return (
            rows.tolist()
            for rows in Epoch(self._plan, place.epoch).chunks(place.position, self._ranks)
        )

    def _n_left(self, place: Place) -> int:
        return int(self._ranks.n_draws(self._plan.n_samples(place.epoch) - place.position))

    def _end_of(self, place: Place) -> int:
        return self._plan.n_samples(place.epoch)

    def _place_after(self, place: Place, n_items: int) -> Place:
        # The surplus that makes ranks equal is not counted.
        return place._replace(
            position=min(self._end_of(place), place.position + n_items * self._ranks.n)
        )


class BalancedBatchSampler(ResumableSampler):
    """Batches of row numbers, each with its share of every class rounded down or up, in random
    order.

    Made by `InverseFrequencySampler.to_torch_batch_sampler`. Over an epoch the batches hold the
    rows that the row sampler draws in it, and sizes differ by at most one; with ``drop_last`` all
    batches are full, and the draws that are left out are spread evenly over the classes. With
    ranks, the batches of all ranks in one step together hold their share of every class, too.

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
        Another kind of sampler, a batch size that is no int of at least 1, or one that leaves no
        batch.

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

    @property
    def _latest(self) -> Pass | None:
        return self.sampler._latest

    @_latest.setter
    def _latest(self, latest: Pass | None) -> None:
        self.sampler._latest = latest

    def _lists(self, place: Place) -> Iterator[list[list[int]]]:
        yield from batches(
            Epoch(self._plan, place.epoch), place.cut, self._ranks.rank, place.position
        )

    def _n_left(self, place: Place) -> int:
        return self._end_of(place) - place.position

    def _end_of(self, place: Place) -> int:
        return int(cast(Cut, place.cut).n_batches(self._plan.n_samples(place.epoch)))

    def _place_after(self, place: Place, n_items: int) -> Place:
        after, cut = super()._place_after(place, n_items), cast(Cut, place.cut)
        if (
            after.position // cut.n_turns > place.position // cut.n_turns
        ):  # the step that others began is over
            after = after._replace(cut=cut._replace(earlier=()))
        return after

    def _adapted(self, place: Place) -> Place:
        """The rest of an epoch keeps its steps, however many ranks now share them: what is too
        large for them takes several turns.
        """
        before, own = cast(Cut, place.cut), cast(Cut, self._cut)
        n_turns = -(-before.size // own.size)
        if (own.n_ranks, n_turns) == (before.n_ranks, before.n_turns):
            return place
        step, turn = divmod(place.position, before.n_turns)
        stopped = (
            (*before.earlier, (before.n_ranks, before.n_turns, turn))
            if turn or before.earlier
            else ()
        )
        cut = before._replace(n_ranks=own.n_ranks, n_turns=n_turns, earlier=stopped)
        epoch = Epoch(self._plan, place.epoch)
        left, begun, _ = rest_of_step(epoch, cut, step)
        if cut.n_batches(len(epoch)) * cut.n_ranks > cut.n_kept(len(epoch)) or cut.n_ranks * (
            n_turns - begun
        ) > len(left):
            raise ValueError(
                f"the state is of an epoch in steps of at most {cut.size} rows, too few for {n_turns} batches on each of "
                f"{cut.n_ranks} ranks; go on with larger batches or, where there are several, with fewer ranks."
            )
        return place._replace(position=step * n_turns + begun, cut=cut)


class DistributedBalancedSampler(BalancedSampler, DistributedSampler[int]):
    """The draws of one rank: a BalancedSampler that frameworks know as sharded already.

    Made by ``to_torch_sampler(..., num_replicas=..., rank=...)``. The ranks' draws in turn are
    those of the single sampler. All ranks have equally many: the surplus is taken from the start of
    the epoch, or with ``drop_last`` left out.

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
        Draws of this rank, and of all, in the next epoch. DistributedSampler's other attributes are
        not here.
    epoch : int
        The epoch that the next first draw takes.

    Raises
    ------
    TypeError, ValueError
        Anything but a plan; with ``drop_last``, more ranks than draws.

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

    Made by ``to_torch_batch_sampler(..., num_replicas=..., rank=...)``. The batches of all ranks in
    one step are, together, a batch of the single sampler with ``batch_size * num_replicas`` rows,
    and each of them holds its share of every class, too. All ranks have equally many batches.

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

    def __init__(
        self, sampler: DistributedBalancedSampler, batch_size: int, drop_last: bool = False
    ) -> None:
        super().__init__(sampler, batch_size, drop_last)
        self.num_replicas, self.rank = sampler.num_replicas, sampler.rank
