"""Balanced resampling for scikit-learn and PyTorch, in which each draw is a function of seed, epoch and position."""

from skbalance._sampler import InverseFrequencySampler

__version__ = "0.1.0"

__all__ = ["InverseFrequencySampler", "__version__"]
