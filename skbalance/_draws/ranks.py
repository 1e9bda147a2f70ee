"""Several processes that share an epoch: which of its positions each of them draws."""

from typing import NamedTuple

import numpy as np


class Ranks(NamedTuple):
    """One rank of ``n`` that take turns at the positions of an epoch.

    All ranks have equally many draws. What is missing for that is taken from the start of the epoch
    again, as in torch's DistributedSampler; with ``drop_last`` the last few positions are left out
    instead.
    """

    n: int = 1
    rank: int = 0
    drop_last: bool = False

    def n_draws(self, n_left):
        """Draws of each rank when ``n_left`` positions of the epoch are left.

        >>> Ranks(4).n_draws(10), Ranks(4, drop_last=True).n_draws(10)
        (3, 2)
        """
        return n_left // self.n if self.drop_last else -(-n_left // self.n)

    def positions(self, start, stop, n_samples, begin=0):
        """Positions, in an epoch of ``n_samples``, of this rank's draws ``start`` to ``stop``,
        counted from position ``begin``.

        >>> Ranks(4, rank=2).positions(0, 3, 10).tolist()
        [2, 6, 0]
        """
        positions = np.arange(
            begin + self.rank + start * self.n, begin + self.rank + stop * self.n, self.n
        )
        return positions % n_samples if positions[-1] >= n_samples else positions


ALONE = Ranks()
