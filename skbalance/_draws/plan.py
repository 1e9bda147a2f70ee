"""The plan of all epochs: what their draws depend on, and where each of them begins."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import cast

import numpy as np

from skbalance._checks import MOST_DRAWS, check_epoch
from skbalance._draws.epoch import Epoch
from skbalance._draws.layout import Layout

# Epochs whose quotas and borders are kept: asking for a state or a length looks one back and one
# ahead, and two passes may be at two places.
N_REMEMBERED = 8


@dataclass(frozen=True, eq=False)
class Plan:
    """All that the draws of all epochs depend on.

    ``class_counts`` and ``quotas`` are int64 arrays of shape (n_classes,). ``pool`` holds the rows
    of each class in row order, class after class; without it, rows are known by class and ordinal
    only. Where quotas change, ``schedule`` is a function from epoch to quotas, ``quotas`` are those
    of epoch 0, and ``most_draws`` bounds the draws of any epoch. ``factors``, by which the schedule
    weighs the classes, are part of the fingerprint: an epoch's quotas alone may hide them.
    """

    class_counts: np.ndarray
    quotas: np.ndarray
    seed: int
    replacement: bool = False
    pool: np.ndarray | None = None
    schedule: Callable[[int], np.ndarray] | None = None
    most_draws: int = MOST_DRAWS
    factors: np.ndarray | None = None

    @property
    def varies(self):
        """Whether an epoch may be unlike the one before."""
        return self.schedule is not None

    def epoch(self, number):
        """The epoch of that number, checked."""
        return Epoch(self, check_epoch(number))

    def n_samples(self, epoch):
        """Draws in an epoch."""
        return int(self.quotas_of(epoch).sum())

    def quotas_of(self, epoch):
        """Draws of each class in an epoch; a schedule's answers for recent epochs are kept."""
        epoch = check_epoch(epoch)
        return self._scheduled(epoch) if self.schedule and epoch else self.quotas

    def layout_of(self, epoch):
        """The layout of an epoch's slots."""
        return Layout(self.quotas_of(epoch), self.dtype) if self.schedule else self._layout

    def border_of(self, epoch):
        """The place on each circle where an epoch begins, and the number of the circle's deal.

        Two int64 arrays of shape (n_classes,). With a schedule the epochs before are gone through.
        """
        if self.schedule:
            return self._walk_to(epoch)
        n = self.class_counts
        # An epoch times a place must not overflow; Python's ints never do.
        wide = np.int64 if max(epoch, 1) * int(n.max()) < 2**62 else object
        border = epoch * (self.quotas % n).astype(wide) % n
        return border.astype(np.int64), epoch // (n // np.gcd(n, self.quotas))

    def _walk_to(self, epoch):
        """The border of an epoch, walking from the nearest one before it that is still known."""
        here, border, deal = max(
            (known for known in self._known_borders if known[0] <= epoch),
            key=lambda known: known[0],
        )
        if here == epoch:
            return border, deal
        for before in range(here, epoch):
            border = (border + self.quotas_of(before)) % self.class_counts
            deal = deal + (border == 0)
        # Not the latest alone: a state looks one epoch back, and two passes may be at two places.
        start, *known = self._known_borders
        latest = known[1 - N_REMEMBERED :]
        self.__dict__["_known_borders"] = (start, *latest, (epoch, border, deal))
        return border, deal

    def fingerprint(self, epoch):
        """A hash of all that the rows of an epoch depend on, so of the order of the labels, too."""
        result = blake2b(self._digest, digest_size=16)
        for array in (self.quotas_of(epoch), *self.border_of(epoch)):
            result.update(array.astype("<i8").tobytes())
        return result.hexdigest()

    @cached_property
    def _digest(self):
        pool = np.empty(0, dtype=np.uint32) if self.pool is None else self.pool
        factors = np.empty(0) if self.factors is None else self.factors
        words = f"{self.seed} {self.replacement} {self.dtype}"
        return digest(words, self.class_counts, pool, factors)

    @cached_property
    def dtype(self):
        """The narrowest words that hold every slot, and a class's rows plus its draws."""
        if self.schedule:
            largest = int(self.class_counts.max()) + self.most_draws
        else:
            largest = max(int(self.quotas.sum()), int((self.class_counts + self.quotas).max()))
        return np.dtype(np.uint32 if largest < 2**32 else np.uint64)

    @cached_property
    def pool_starts(self):
        """Where in the pool each class begins."""
        return self.class_counts.cumsum() - self.class_counts

    @cached_property
    def sizes(self):
        """Rows of each class, in words of the plan."""
        return self.class_counts.astype(self.dtype)

    @cached_property
    def _layout(self):
        return Layout(self.quotas, self.dtype)

    @cached_property
    def _scheduled(self):
        return lru_cache(N_REMEMBERED)(cast(Callable[[int], np.ndarray], self.schedule))

    @cached_property
    def _known_borders(self):
        zeros = np.zeros_like(self.class_counts)
        return ((0, zeros, zeros),)

    def __getstate__(self):
        return without(self.__dict__, "_scheduled")


def digest(words, *arrays):
    """A hash of words and arrays, the same on all platforms."""
    result = blake2b(words.encode(), digest_size=16)
    for array in arrays:
        little_endian = array.astype(array.dtype.newbyteorder("<"), copy=False)
        result.update(np.ascontiguousarray(little_endian).data)
    return result.digest()


def without(attributes, name):
    """The attributes but for one, which need not or cannot be pickled."""
    return {key: value for key, value in attributes.items() if key != name}
