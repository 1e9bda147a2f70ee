"""Samplers for torch DataLoaders."""

from collections.abc import Iterator
from itertools import chain

try:
    from torch.utils.data import Sampler
except ImportError:
    raise ImportError("skbalance.torch needs torch: pip install 'skbalance[torch]'") from None

from skbalance._plan import Epoch, Plan
from skbalance._sampler import check_epoch

__all__ = ["BalancedSampler"]


class BalancedSampler(Sampler[int]):
    """Row numbers for a DataLoader, a new epoch of the plan each time it is gone through.

    Made by `InverseFrequencySampler.to_torch_sampler`. An epoch is taken with the first draw: asking for an iterator
    takes none, and one that is left early is not repeated. Rows are computed a chunk at a time.

    Parameters
    ----------
    plan : Plan
        The fitted sampler's plan of draws.

    Raises
    ------
    TypeError
        Anything but a plan.

    Attributes
    ----------
    epoch : int
        The epoch that the next first draw takes.

    Examples
    --------
    >>> from skbalance import InverseFrequencySampler
    >>> sampler = InverseFrequencySampler(random_state=0).fit(None, [0, 0, 0, 1])
    >>> rows = sampler.to_torch_sampler()
    >>> list(rows) == sampler.draw(0).tolist(), list(rows) == sampler.draw(1).tolist()
    (True, True)
    """

    def __init__(self, plan: Plan) -> None:
        if not isinstance(plan, Plan):
            raise TypeError(
                "BalancedSampler is made by InverseFrequencySampler.to_torch_sampler(labels), "
                f"not from {type(plan).__name__}."
            )
        self._plan = plan
        self.epoch = 0

    def __len__(self) -> int:
        return self._plan.n_samples

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self._chunks())

    def _chunks(self) -> Iterator[list[int]]:
        epoch = Epoch(self._plan, check_epoch(self.epoch))
        self.epoch += 1
        for rows in epoch.chunks():
            yield rows.tolist()

    def set_epoch(self, epoch: int) -> None:
        """Let the next first draw take this epoch, whatever went before.

        Parameters
        ----------
        epoch : int
            At least 0.

        Raises
        ------
        TypeError, ValueError
            An epoch that is no int from 0 to 2**63 - 2.
        """
        self.epoch = check_epoch(epoch)
