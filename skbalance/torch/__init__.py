"""Balanced samplers, batch samplers and loaders for torch."""

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
