"""A first use of the library as it was installed, without any extra: python tests/smoke.py."""

import sys
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.datasets import load_digits
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV

import skbalance


def said_without(package):
    """What is said where an extra is used that is not installed."""
    try:
        __import__(f"skbalance.{package}")
    except ImportError as error:
        return str(error)
    return "nothing"


def main():
    """Resample, search, and ask for the extras that are missing."""
    assert version("skbalance") == skbalance.__version__
    X, y = load_digits(return_X_y=True)
    kept = (y != 3) | (np.arange(len(y)) % 10 == 0)
    X, y = X[kept], y[kept]
    sampler = skbalance.InverseFrequencySampler(n_samples="over", random_state=0)
    _, y_resampled = sampler.fit_resample(X, y)
    assert len(set(np.bincount(y_resampled))) == 1
    assert np.array_equal(y[sampler.draw(0)], y_resampled)
    search = GridSearchCV(
        make_pipeline(sampler, RidgeClassifier()), {"inversefrequencysampler__strength": [0, 1]}
    )
    assert search.fit(X, y).score(X, y) > 0.9
    for package in "torch", "dask":
        if not find_spec(package):
            assert f"skbalance[{package}]" in said_without(package)
    sys.stdout.write(f"skbalance {skbalance.__version__} works\n")


if __name__ == "__main__":
    main()
