"""The seed that the ranks of torch.distributed have in common."""

from __future__ import annotations

from torch import distributed

from skbalance._draws.ranks import Ranks


def common_seed(seed: int, is_given: bool, ranks: Ranks) -> int:
    """The seed of all ranks: the given one, or that of rank 0 where torch.distributed can tell."""
    if is_given or ranks.n == 1:
        return seed
    if not (distributed.is_available() and distributed.is_initialized()):
        raise ValueError(
            f"the {ranks.n} ranks need a common seed: give random_state an int before fit. (Where "
            "torch.distributed is initialised, they take the seed of rank 0.)"
        )
    seeds = [seed]
    distributed.broadcast_object_list(seeds, src=0)
    return seeds[0]
