"""Balanced resampling for scikit-learn, PyTorch and dask, in which each draw is a function of seed,
epoch and position.
"""

from skbalance._classifier import PriorCorrectedClassifier
from skbalance._displays.class_balance import ClassBalanceDisplay
from skbalance._displays.strength_curve import StrengthCurveDisplay
from skbalance._sampler import InverseFrequencySampler

__version__ = "0.1.0"

__all__ = [
    "ClassBalanceDisplay",
    "InverseFrequencySampler",
    "PriorCorrectedClassifier",
    "StrengthCurveDisplay",
    "__version__",
]
