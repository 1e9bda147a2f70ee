"""What an epoch of any plan is: positions to slots, and slots to the rows of their draws."""

from functools import cached_property

import numpy as np

from skbalance._arrays import gather, pieces, spans
from skbalance._draws.keys import BOOTSTRAP, GOLDEN64, SLOTS, derive, mix64
from skbalance._draws.ranks import ALONE
from skbalance._draws.shuffles import Permutations


class AnyEpoch:
    """One pass over the positions of a plan, each found by itself.

    Each kind says which rows the draws of a class take, and in which order batches take them.
    """

    def __init__(self, plan, number, layout):
        self.plan = plan
        self.number = number
        self.layout = layout

    def __len__(self):
        return self.layout.n_samples

    def __reduce__(self):
        # Rebuilt from plan and number: its tables are too large to send between processes.
        return type(self), (self.plan, self.number)

    def rows(self, positions):
        """Rows drawn at the positions."""
        return self.rows_of(*self.draws(positions))

    def chunks(self, begin=0, ranks=ALONE):
        """Yield the rows at a rank's positions in order from ``begin`` on, a few at first."""
        for start, stop in spans(ranks.n_draws(len(self) - begin)):
            yield self.rows(ranks.positions(start, stop, len(self), begin))

    def all_rows(self):
        """Rows at all positions, as int64: drawn class by class, which is faster, then shuffled."""
        by_slot = self.rows_by_slot(self.layout, self.rows_of)
        rows = np.empty(len(self), dtype=np.int64)
        for start, stop in spans(len(self)):
            slots = self._slots(np.arange(start, stop, dtype=self.plan.dtype))
            rows[start:stop] = gather(by_slot, slots)
        return rows

    def draws(self, positions):
        """Class at each position, and which draw of its class it is; see `Layout.draws`."""
        return self.layout.draws(self._slots(positions))

    def rows_by_slot(self, layout, rows_of):
        """Rows at all slots of a layout, by ``rows_of(classes, nth)``: long runs class by class."""
        rows = np.empty(layout.n_samples, dtype=self.row_dtype)
        for start, stop in pieces(layout.starts, layout.ends, len(rows)):
            rows[start:stop] = rows_of(*layout.stretch(start, stop))
        return rows

    @property
    def row_dtype(self):
        """The dtype of rows."""
        raise NotImplementedError

    def rows_of(self, classes, nth, in_batches=False):
        """Rows of the ``nth`` draws of the classes, of which a single entry serves all.

        Batches take the draws of a class in another order, a new one in each epoch.
        """
        raise NotImplementedError

    def uniform(self, classes, nth):
        """A number from 0 up to 1, of 53 bits, for each draw: a hash of the draw and its class."""
        hashes = gather(self._bootstrap_bits, classes) + nth.astype(np.uint64) * GOLDEN64
        return (mix64(hashes) >> 11) * 2.0**-53

    @cached_property
    def _bootstrap_bits(self):
        classes = np.arange(len(self.layout.quotas), dtype=np.uint64)
        return derive(self.plan.seed, BOOTSTRAP, self.number, classes)

    def _slots(self, positions):
        return self._shuffle(positions.astype(self.plan.dtype))  # a copy, to be overwritten

    @cached_property
    def _shuffle(self):
        bits = derive(self.plan.seed, SLOTS, self.number)
        return Permutations(np.array([len(self)], dtype=self.plan.dtype), bits)
