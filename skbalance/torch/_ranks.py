"""Ranks of torch.distributed: what is checked of them, and the seed that they have in common."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from torch import distributed

from skbalance._draws.ranks import Ranks


def check_ranks(num_replicas: Any, rank: Any, drop_last: Any) -> Ranks | None:
    """The rank as asked for, None where no ranks are.

    >>> check_ranks(4, 1, False)
    Ranks(n=4, rank=1, drop_last=False)
    """
    if not isinstance(drop_last, (bool, np.bool_)):
        raise TypeError(f"drop_last must be True or False, got {drop_last!r}.")
    if num_replicas is None and rank is None:
        if drop_last:
            raise ValueError(
                "drop_last=True needs num_replicas and rank: a single sampler has no surplus to drop."
            )
        return None
    for name, value in {"num_replicas": num_replicas, "rank": rank}.items():
        if value is None:
            raise ValueError(f"num_replicas and rank belong together, got {name}=None.")
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise TypeError(f"{name} must be an int, got {value!r}.")
    if num_replicas < 1:
        raise ValueError(f"num_replicas must be at least 1, got {num_replicas!r}.")
    if not 0 <= rank < num_replicas:
        raise ValueError(
            f"rank must be from 0 to num_replicas - 1 = {num_replicas - 1}, got {rank!r}."
        )
    return Ranks(int(num_replicas), int(rank), bool(drop_last))


def common_seed(seed: int, is_given: bool, ranks: Ranks) -> int:
    """The seed of all ranks: the one that was given, or else that of rank 0 where torch.distributed
    can tell it.
    """
    if is_given or ranks.n == 1:
        return seed
    if not (distributed.is_available() and distributed.is_initialized()):
        raise ValueError(
            f"the {ranks.n} ranks need a common seed: give random_state an int before fit. (Where torch.distributed is "
            "initialised, they take the seed of rank 0.)"
        )
    seeds = [seed]
    distributed.broadcast_object_list(seeds, src=0)
    return seeds[0]
