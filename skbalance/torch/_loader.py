"""A DataLoader that balances by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from torch.utils.data import DataLoader

from skbalance._labels.containers import label_array
from skbalance._planning.parameters import Parameters
from skbalance._planning.plans import plan_of
from skbalance._planning.strategies import no_sampling_strategy
from skbalance.torch._dataset_labels import check_labels, labels_of_dataset
from skbalance.torch._samplers import BalancedBatchSampler, BalancedSampler
from skbalance.torch._targets import KINDS


class BalancedDataLoader(DataLoader[Any]):
    """A DataLoader with balanced batches; each ``for`` loop over it is a new epoch.

    Make it once, outside the epoch loop. If you make it inside the loop, it starts at epoch 0 each
    time, so with an int as ``random_state`` every epoch would be the same.

    It is one line for a training loop, and may be skorch's ``iterator_train``: the labels are found
    anew for each dataset, so every training fold of a cross-validation is balanced by its own
    labels. It is for one process. For ranks, or to resume from a state, use
    `InverseFrequencySampler.to_torch_batch_sampler`.

    Parameters
    ----------
    dataset : Dataset
        Its labels are found as by `InverseFrequencySampler.to_torch_sampler`.
    batch_size : int, default=1
        The most rows in a batch. Each batch holds its share of every class, rounded down or up;
        without drop_last, batch sizes differ by at most one.
    strength, n_samples, replacement, class_weight, group_strength, target_type, bins, random_state
        As in `InverseFrequencySampler`.
    labels : array-like of shape (n_rows, ...) or None, default=None
        Labels, or other targets, of the dataset's rows. Needed if the dataset does not show them.
    sample_weight, groups : array-like of shape (n_rows,) or None, default=None
        Weights and groups of the dataset's rows, as in `InverseFrequencySampler.fit`.
    drop_last : bool, default=False
        Whether to make full batches only.
    **kwargs
        Passed on to DataLoader, except ``shuffle``, ``sampler`` and ``batch_sampler``, which this
        class replaces.

    Attributes
    ----------
    batch_sampler : BalancedBatchSampler
        ``loader.batch_sampler.set_epoch(e)`` chooses the epoch of the next loop: after a
        checkpoint, after a look at a first batch (which uses up an epoch), or in a newly made
        loader, which starts at epoch 0 of its seed (skorch makes one in each call of
        ``partial_fit``).

    Raises
    ------
    TypeError, ValueError
        As in `InverseFrequencySampler.to_torch_batch_sampler`; an argument that would choose rows.

    Examples
    --------
    >>> import torch
    >>> from torch.utils.data import TensorDataset
    >>> data = TensorDataset(torch.zeros(10, 3), torch.tensor([0] * 8 + [1] * 2))
    >>> [y.sum().item() for _, y in BalancedDataLoader(data, batch_size=4, n_samples=12)]
    [2, 2, 2]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        *,
        strength: float | Callable[[int], float] = 1.0,
        n_samples: float | str | Mapping[Any, int] | None = None,
        replacement: bool = False,
        class_weight: Mapping[Any, float] | Callable[[Any], Any] | None = None,
        group_strength: float = 1.0,
        target_type: str = "class",
        bins: Any = 10,
        random_state: int | np.random.RandomState | None = None,
        labels: Any = None,
        sample_weight: Any = None,
        groups: Any = None,
        drop_last: bool = False,
        **kwargs: Any,
    ) -> None:
        if "sampling_strategy" in kwargs:
            raise TypeError(no_sampling_strategy("BalancedDataLoader", kwargs["sampling_strategy"]))
        given = {name: kwargs.pop(name, None) for name in ("shuffle", "sampler", "batch_sampler")}
        chosen = [name for name, value in given.items() if value is not None and value is not False]
        if chosen:
            raise TypeError(
                f"BalancedDataLoader chooses the rows itself, so it takes no {' or '.join(chosen)}."
            )
        parameters = Parameters(
            strength=strength,
            n_samples=n_samples,
            replacement=replacement,
            class_weight=class_weight,
            group_strength=group_strength,
            target_type=target_type,
            bins=bins,
            random_state=random_state,
        )
        if labels is None:
            labels = labels_of_dataset(dataset, kind=KINDS[target_type])
        else:
            if target_type == "class":
                labels = label_array(labels, "labels")
            check_labels(labels, dataset)
        rows = BalancedSampler(plan_of(parameters, labels, sample_weight, groups).plan)
        batch_sampler = BalancedBatchSampler(rows, batch_size, drop_last)
        super().__init__(dataset, batch_sampler=batch_sampler, **kwargs)

    def __repr__(self) -> str:
        return repr(self.batch_sampler).replace("BalancedBatchSampler", type(self).__name__, 1)
