"""A first use of the library as it was installed, without any extra: python tests/smoke.py."""

import importlib
from importlib.metadata import version

import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.datasets import load_digits
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV

import skbalance

# What an extra brings, and what is said where it is missing.
EXTRAS = {"torch": "torch", "dask": "dask"}


def main():
    """Resample, search, and meet the extras that are missing."""
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
    for package, extra in EXTRAS.items():
        try:
            importlib.import_module(package)
        except ImportError:
            try:
                importlib.import_module(f"skbalance.{package}")
            except ImportError as error:
                assert f"skbalance[{extra}]" in str(error), error
            else:
                raise AssertionError(f"skbalance.{package} was imported without {package}")
    print(f"skbalance {skbalance.__version__} works")


if __name__ == "__main__":
    main()
