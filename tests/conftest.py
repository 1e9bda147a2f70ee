"""Settings that every test needs before the libraries are imported."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # else scikit-learn's array API check is skipped
os.environ["MPLBACKEND"] = "Agg"

from hypothesis import settings

settings.register_profile(
    "repeatable", derandomize=True, deadline=None, max_examples=60, database=None
)
settings.load_profile("repeatable")
