"""The slots of an epoch laid out class after class."""

import numpy as np

from skbalance._arrays import gather


class Layout:
    """Which slots of an epoch belong to which class: runs as long as the quotas, class by class."""

    def __init__(self, quotas, dtype):
        self.n_samples = int(quotas.sum())
        self.quotas = quotas.astype(dtype)
        self.ends = np.cumsum(quotas).astype(dtype)
        self.starts = self.ends - self.quotas
        # A table of the class of the first of every 2**shift slots. Few such buckets hold slots of
        # two classes.
        n_buckets = min(max(2**12, 64 * len(quotas)), 2**20)
        self._shift = max(0, (self.n_samples - 1).bit_length() - n_buckets.bit_length() + 1)
        ends_in_buckets = -((-np.cumsum(quotas)) >> self._shift)  # rounded up
        n_first = np.diff(ends_in_buckets, prepend=0)
        self._buckets = np.repeat(
            np.arange(len(quotas), dtype=np.min_scalar_type(len(quotas) - 1)), n_first
        )

    def class_of(self, slots):
        """Index of the class whose run holds each slot.

        >>> Layout(np.array([2, 3]), np.uint32).class_of(np.arange(5, dtype=np.uint32)).tolist()
        [0, 0, 1, 1, 1]
        """
        classes = gather(self._buckets, slots >> self._shift).astype(np.intp)
        if self._shift:
            later = np.flatnonzero(slots >= gather(self.ends, classes))
            classes[later] = np.searchsorted(self.ends, slots[later], side="right")
        return classes

    def draws(self, slots):
        """Class at each slot, and which draw of its class it is, from 0; overwrites ``slots``.

        If all slots belong to one class, ``classes`` has a single entry, which callers broadcast:
        numpy then works with scalars, which makes long runs cheap.

        >>> classes, nth = Layout(np.array([2, 3]), np.uint32).draws(np.array([2, 4], np.uint32))
        >>> classes.tolist(), nth.tolist()
        ([1], [0, 2])
        """
        first, last = np.searchsorted(self.ends, [slots.min(), slots.max()], side="right")
        classes = np.array([first]) if first == last else self.class_of(slots)
        slots -= gather(self.starts, classes)
        return classes, slots
