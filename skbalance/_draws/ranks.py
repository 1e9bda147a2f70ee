"""Several processes that share an epoch: which of its positions each of them draws."""

from typing import NamedTuple

import numpy as np

from skbalance._checks import check_bool, check_int


class Ranks(NamedTuple):
    """One rank of ``n`` that take turns at the positions of an epoch.

    All ranks have equally many draws. What is missing for that is taken from the start of the epoch
    again, as in torch's DistributedSampler; with ``drop_last`` the last few are left out instead.
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
        """Positions of this rank's draws ``start`` to ``stop``, counted from position ``begin``.

        >>> Ranks(4, rank=2).positions(0, 3, n_samples=10).tolist()
        [2, 6, 0]
        """
        first = begin + self.rank
        positions = np.arange(first + start * self.n, first + stop * self.n, self.n)
        return positions % n_samples if positions[-1] >= n_samples else positions


ALONE = Ranks()


def check_ranks(num_replicas, rank, drop_last):
    """The rank, or None if neither num_replicas nor rank is given.

    >>> check_ranks(4, 1, False)
    Ranks(n=4, rank=1, drop_last=False)
    """
    drop_last = check_bool(drop_last, "drop_last")
    if num_replicas is None and rank is None:
        if drop_last:
            raise ValueError(
                "drop_last=True needs num_replicas and rank: a single sampler has no surplus to "
                "drop."
            )
        return None
    for name, value in {"num_replicas": num_replicas, "rank": rank}.items():
        if value is None:
            raise ValueError(f"num_replicas and rank belong together, got {name}=None.")
    n = check_int(num_replicas, "num_replicas must be an int from 1 to 2**31", 1, 2**31)
    wanted = f"rank must be an int from 0 to num_replicas - 1 = {n - 1}"
    return Ranks(n, check_int(rank, wanted, most=n - 1), drop_last)
