"""Balanced samplers, batch samplers and loaders for torch.

RULE: torch, numpy and scipy; of this library `_checks`, `_draws`, `_labels` and `_planning`, never
an estimator: estimators make these, not the other way round.

    _samplers           rows and batches as torch's samplers
    _loader             BalancedDataLoader
    _drop_in            ImbalancedDatasetSampler
    _dataset_labels     the labels of a dataset, without loading an item
    _label_sources      attributes and columns in which datasets keep their labels
    _targets            kinds of targets: how they are read, and which tensors could hold them
    _target_transform   labels as the model sees them
    _seed               the seed that processes have in common
"""

try:
    import torch as _torch  # noqa: F401
except ImportError:
    raise ImportError("skbalance.torch needs torch: pip install 'skbalance[torch]'") from None

from skbalance.torch._drop_in import ImbalancedDatasetSampler
from skbalance.torch._loader import BalancedDataLoader
from skbalance.torch._samplers import BalancedBatchSampler, BalancedSampler

__all__ = [
    "BalancedBatchSampler",
    "BalancedDataLoader",
    "BalancedSampler",
    "ImbalancedDatasetSampler",
]
