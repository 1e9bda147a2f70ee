"""Balanced resampling for scikit-learn, PyTorch and dask, in which each draw is a function of seed,
epoch and position.

`skbalance.torch` and `skbalance.dask` are imported when first used.
"""

from types import ModuleType
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from skbalance import dask as dask
    from skbalance import torch as torch
else:  # a type checker would take any name to be a module

    def __getattr__(name: str) -> ModuleType:
        """A wing that is not imported yet: the packages that it needs may be missing, or slow."""
        try:
            if name == "dask":
                import skbalance.dask

                return skbalance.dask
            if name == "torch":
                import skbalance.torch

                return skbalance.torch
        except ImportError as error:
            # An AttributeError, so that hasattr says False where the wing cannot be used.
            raise AttributeError(str(error)) from error
        raise AttributeError(f"module 'skbalance' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), "dask", "torch"})
