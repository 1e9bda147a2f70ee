"""What imbalanced-learn's ``sampling_strategy`` is called here."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

# What imbalanced-learn's words for its strategies become here, at strength 1. Some say different
# things to its two samplers.
ALL = "n_samples='over' (as RandomOverSampler) or 'under' (as RandomUnderSampler)"
STRATEGIES = {
    "auto": ALL,
    "all": ALL,
    "not majority": (
        "n_samples='over' (as RandomOverSampler), or n_samples={label: rows of the smallest class} "
        "for all classes but the largest (as RandomUnderSampler)"
    ),
    "not minority": (
        "n_samples='under' (as RandomUnderSampler), or n_samples={label: rows of the largest class}"
        " for all classes but the smallest (as RandomOverSampler)"
    ),
    "minority": "n_samples={label of the smallest class: number of rows of the largest}",
    "majority": "n_samples={label of the largest class: number of rows of the smallest}",
}


def no_sampling_strategy(name: str, value: Any) -> str:
    """The message that says in this library's parameters what a ``sampling_strategy`` says."""
    if isinstance(value, Mapping):
        instead = f"n_samples={dict(value)!r}"
    elif isinstance(value, str):
        instead = STRATEGIES.get(value, "n_samples='over' or 'under'")
    elif callable(value):
        instead = "n_samples=strategy(y), the dict that the function returns"
    elif isinstance(value, Real) and not isinstance(value, bool):
        instead = f"class_weight={{rare: {value!r}}} with n_samples='over' or 'under'"
    else:
        instead = "n_samples, strength or class_weight"
    return f"{name} has no parameter sampling_strategy. In place of {value!r}, give it {instead}."
