"""What is drawn of an epoch, in order: a stream of rows, or one of batches.

A stream knows where in an epoch one stands after so many items, and how to go on from where other
ranks stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

from skbalance._checks import check_epoch
from skbalance._draws.batches import Cut, batches, parts_of_batches
from skbalance._draws.line_plan import LinePlan
from skbalance._draws.plan import Plan
from skbalance._draws.ranks import Ranks


class Progress(NamedTuple):
    """Where a pass stands in an epoch.

    ``position`` counts what is done of the epoch by all ranks together: draws, or batches of the
    cut.
    """

    epoch: int
    position: int = 0
    cut: Cut | None = None


class RowStream:
    """The rows of a rank, epoch by epoch."""

    def __init__(self, plan: Plan | LinePlan, ranks: Ranks) -> None:
        self.plan = plan
        self.ranks = ranks

    def start_of(self, epoch: int) -> Progress:
        """Where an epoch starts."""
        return Progress(check_epoch(epoch))

    def n_items(self, epoch: int) -> int:
        """Rows of the rank in a whole epoch."""
        return self._n_left(self.start_of(epoch))

    def end_of(self, progress: Progress) -> int:
        """The position at which the epoch is over."""
        return int(self.plan.n_samples(progress.epoch))

    def is_finished(self, progress: Progress) -> bool:
        """Whether nothing of the epoch is left for the rank: too few rows for all ranks count."""
        return self._n_left(progress) == 0

    def lists(self, progress: Progress) -> Iterator[list[int]]:
        """The rows that are left of the epoch, a list at a time."""
        epoch = self.plan.epoch(progress.epoch)
        return (rows.tolist() for rows in epoch.chunks(progress.position, self.ranks))

    def after(self, progress: Progress, n_items: int) -> Progress:
        """Where a pass stands after some more rows of each rank."""
        # The surplus that makes ranks equal is not counted.
        position = progress.position + n_items * self.ranks.n
        return progress._replace(position=min(self.end_of(progress), position))

    def resumed(self, progress: Progress) -> Progress:
        """A loaded progress, recut for the ranks of this stream."""
        return progress

    def _n_left(self, progress: Progress) -> int:
        return int(self.ranks.n_draws(self.end_of(progress) - progress.position))


class BatchStream:
    """The batches of a rank, epoch by epoch.

    An epoch that other ranks have begun keeps their steps. If they stopped inside a step, and cut
    it into other batches than this stream's ranks would, the batches that are left of it are taken
    one at a time, each split among all ranks.
    """

    def __init__(
        self, plan: Plan | LinePlan, ranks: Ranks, batch_size: int, drop_last: bool
    ) -> None:
        self.plan = plan
        self.ranks = ranks
        self.batch_size = batch_size
        self._cut = Cut(batch_size * ranks.n, drop_last, ranks.n)

    @property
    def is_full(self) -> bool:
        """Whether all batches of all epochs have ``batch_size`` rows."""
        is_multiple = self.plan.n_samples(0) % self._cut.size == 0
        return self._cut.drop_last or (not self.plan.varies and is_multiple)

    def start_of(self, epoch: int) -> Progress:
        """Where an epoch starts."""
        return Progress(check_epoch(epoch), 0, self._cut)

    def n_items(self, epoch: int) -> int:
        """Batches of the rank in a whole epoch."""
        return self.end_of(self.start_of(epoch)) // self.ranks.n

    def end_of(self, progress: Progress) -> int:
        """The position at which the epoch is over."""
        cut = cast(Cut, progress.cut)
        return int(cut.n_batches(self.plan.n_samples(progress.epoch)))

    def is_finished(self, progress: Progress) -> bool:
        """Whether nothing of the epoch is left."""
        return progress.position == self.end_of(progress)

    def lists(self, progress: Progress) -> Iterator[list[list[int]]]:
        """The batches that are left of the epoch, some of them at a time."""
        epoch = self.plan.epoch(progress.epoch)
        n_split = self._n_split(progress)
        if n_split:
            begin, end = progress.position, progress.position + n_split
            yield parts_of_batches(epoch, progress.cut, begin, end, self.ranks)
            progress = self.after(progress, n_split)
        yield from batches(epoch, progress.cut, progress.position, self.ranks)

    def after(self, progress: Progress, n_items: int) -> Progress:
        """Where a pass stands after some more batches of each rank."""
        n_split = self._n_split(progress)
        if n_items < n_split:
            return progress._replace(position=progress.position + n_items)
        if n_split:
            progress = self._recut(progress._replace(position=progress.position + n_split))
        return progress._replace(position=progress.position + (n_items - n_split) * self.ranks.n)

    def resumed(self, progress: Progress) -> Progress:
        """A loaded progress, recut for the ranks of this stream."""
        cut = cast(Cut, progress.cut)
        if progress.position == 0:
            return self.start_of(progress.epoch)
        if progress.position % cut.n_in_step == 0:
            progress = self._recut(progress)
        n_kept = cut.n_kept(self.plan.n_samples(progress.epoch))
        n_split = self._n_split(progress)
        if n_split:
            self._check_parts(progress, n_kept)
        own = self._own_cut(cut)
        # An epoch that these ranks have cut themselves may be short of rows at its end: they take
        # some from its start again.
        if own != cut and own.n_batches(n_kept) > n_kept:
            raise ValueError(
                f"the state is of an epoch in steps of at most {cut.size} rows, too few for "
                f"{own.n_in_step} batches on {self.ranks.n} ranks; go on with larger batches or, "
                "where there are several, with fewer ranks."
            )
        return progress

    def _own_cut(self, cut: Cut) -> Cut:
        """Steps of the same size, cut into batches for the ranks of this stream."""
        n_turns = -(-cut.size // self._cut.size)
        return cut._replace(n_in_step=n_turns * self.ranks.n)

    def _recut(self, progress: Progress) -> Progress:
        """At the start of a step: the same position, in batches for the ranks of this stream."""
        cut = cast(Cut, progress.cut)
        own = self._own_cut(cut)
        return progress._replace(
            position=progress.position // cut.n_in_step * own.n_in_step, cut=own
        )

    def _n_split(self, progress: Progress) -> int:
        """Batches left of a step that other ranks began, to be split among all ranks."""
        cut = cast(Cut, progress.cut)
        if cut == self._own_cut(cut) and progress.position % self.ranks.n == 0:
            return 0
        return -progress.position % cut.n_in_step

    def _check_parts(self, progress: Progress, n_kept: int) -> None:
        """Raise unless batches of other ranks split into parts of 1 to ``batch_size`` rows."""
        n_batches = cast(Cut, progress.cut).n_batches(n_kept)
        smallest, largest = n_kept // n_batches, -(-n_kept // n_batches)
        if smallest < self.ranks.n or largest > self.batch_size * self.ranks.n:
            raise ValueError(
                f"the state is of a run that stopped inside a step, before batches of {smallest} "
                f"to {largest} rows that {self.ranks.n} ranks with batch_size={self.batch_size} "
                "cannot share; go on with as many ranks and as large batches as then until the "
                "epoch is over."
            )


Stream = RowStream | BatchStream
