"""A valid call of every public name, in which a test replaces one argument by another.

Each call also uses what it made, and so holds the basic promise: as many draws as were said, all of
them rows of the data.
"""

import inspect
from itertools import islice

import dask
import dask.array as da
import matplotlib.pyplot as plt
import numpy as np
import torch
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV
from torch.utils.data import TensorDataset

import skbalance
import skbalance.dask
import skbalance.torch
from skbalance import (
    ClassBalanceDisplay,
    InverseFrequencySampler,
    PriorCorrectedClassifier,
    StrengthCurveDisplay,
)
from skbalance.torch import (
    BalancedBatchSampler,
    BalancedDataLoader,
    BalancedSampler,
    ImbalancedDatasetSampler,
)

Y = [0, 0, 0, 0, 0, 1, 1, 1]
X = np.arange(16.0).reshape(8, 2)
SITES = ["a", "a", "b", "b", "a", "a", "b", "b"]
DATA = TensorDataset(torch.tensor(X), torch.tensor(Y))
LAZY_X, LAZY_Y = da.from_array(X, chunks=(4, 2)), da.from_array(np.array(Y), chunks=4)
EDGES = [0.0, 1.0, 2.0, 3.0]

# An epoch of more draws is looked at in its first few only.
FEW = 1000


def fitted(**parameters):
    return InverseFrequencySampler(**{"random_state": 0, **parameters}).fit(X, Y)


def rows_checked(rows, n_draws, n_rows=8):
    """Check the rows, of which there must be so many, unless they are many."""
    first = list(islice(rows, FEW))
    assert len(first) == min(n_draws, FEW)
    assert all(type(row) is int and 0 <= row < n_rows for row in first)


def batches_checked(batches):
    """Check the first batches, unless they could be large."""
    if len(batches.sampler) > FEW:
        return
    first = [*islice(batches, FEW)]
    assert len(first) == min(len(batches), FEW)
    assert all(type(row) is int and 0 <= row < 8 for batch in first for row in batch)


def balance(**parameters):
    """Fit a sampler with these parameters, beside what gives them an effect, and draw."""
    y = X[:, 0] if "bins" in parameters else Y
    if "bins" in parameters:
        parameters["target_type"] = "continuous"
    groups = SITES if "group_strength" in parameters else None
    sampler = InverseFrequencySampler(**{"random_state": 0, **parameters})
    sampler.fit(X, y, groups=groups)
    n_draws = sum(sampler.sampling_strategy_.values())
    rows_checked(iter(sampler.to_torch_sampler()), n_draws)


def fit(**given):
    """Fit what is given, and draw."""
    given = {"X": X, "y": Y, **given}
    sampler = InverseFrequencySampler(random_state=0).fit(**given)
    rows = sampler.draw().tolist()
    rows_checked(rows, sum(sampler.sampling_strategy_.values()))


def draw_target(target_type, **given):
    """Fit a sampler on a target of another kind, or on a dataset of it, and draw."""
    y = [[0], [0, 1], [], [1]] * 2 if target_type == "multilabel" else X[:, 0]
    sampler = InverseFrequencySampler(target_type=target_type, random_state=0)
    if "dataset" in given or "labels" in given:
        rows = sampler.to_torch_sampler(**{"dataset": DATA, **given})
        rows_checked(iter(rows), len(rows), 10**6)
    else:
        sampler.fit(X, **{"y": y, **given})
        rows_checked(sampler.draw().tolist(), 8)


def fit_resample(**given):
    given = {"X": X, "y": Y, **given}
    sampler = InverseFrequencySampler(random_state=0)
    X_res, y_res = sampler.fit_resample(**given)
    lengths = {part.shape[0] if hasattr(part, "shape") else len(part) for part in (X_res, y_res)}
    assert lengths == {sum(sampler.sampling_strategy_.values())}


def draw(epoch):
    rows_checked(fitted().draw(epoch).tolist(), 8)


def correct_proba(**given):
    sampler = fitted(strength=lambda _: 1.0)
    proba = sampler.correct_proba(**{"proba": np.full((2, 2), 0.5), "epoch": 0, **given})
    assert proba.shape[1] == 2
    assert abs(proba.sum(axis=1) - 1).max() < 0.02


def to_torch_sampler(**given):
    given.setdefault("dataset", DATA)
    if {"num_replicas", "rank"} & set(given):
        given = {"num_replicas": 3, "rank": 1, **given}
    sampler = InverseFrequencySampler(random_state=0).to_torch_sampler(**given)
    rows_checked(iter(sampler), len(sampler), 8)


def to_torch_batch_sampler(**given):
    given = {"dataset": DATA, "batch_size": 2, **given}
    if {"num_replicas", "rank"} & set(given):
        given = {"num_replicas": 3, "rank": 1, **given}
    batches_checked(InverseFrequencySampler(random_state=0).to_torch_batch_sampler(**given))


def classify(**parameters):
    model = PriorCorrectedClassifier(**{"estimator": DummyClassifier(), **parameters}).fit(X, Y)
    assert set(model.predict(X)) <= {0, 1}


def fit_classifier(**given):
    sampler = InverseFrequencySampler(random_state=0)
    model = PriorCorrectedClassifier(DummyClassifier(), sampler=sampler)
    model.fit(**{"X": X, "y": Y, **given})
    assert np.allclose(model.predict_proba(X).sum(axis=1), 1)


def predicting(method):
    """A call of a method that predicts."""

    def predict(X):
        model = PriorCorrectedClassifier(DummyClassifier()).fit(globals()["X"], Y)
        if method == "decision_function":
            model.estimator_ = type("Scores", (), {"decision_function": lambda _, X: X})()
        assert len(getattr(model, method)(X)) >= 0

    return predict


def sample_rows(**given):
    given = {"plan": fitted()._plan, **given}
    sampler = BalancedSampler(**given)
    rows_checked(iter(sampler), len(sampler))


def sample_batches(**given):
    batches_checked(BalancedBatchSampler(**{"sampler": rows(), "batch_size": 2, **given}))


def rows():
    return fitted().to_torch_sampler()


def batches():
    return fitted().to_torch_batch_sampler(batch_size=3)


def setting_epoch(make):
    def set_epoch(epoch):
        sampler = make()
        sampler.set_epoch(epoch)
        assert len(list(sampler)) == len(make())

    return set_epoch


def loading(make, where):
    """A call of ``load_state_dict`` of a sampler or an iterator of it, which then goes on."""

    def load(state):
        sampler = make()
        where(sampler).load_state_dict(state)
        list(sampler)

    return load


def load_data(**given):
    loader = BalancedDataLoader(
        **{"dataset": DATA, "batch_size": 2, "random_state": 0, **given, **beside(given)}
    )
    batches_checked(loader.batch_sampler)


def beside(given):
    """What gives these parameters of a loader an effect."""
    if "bins" in given:
        return {"target_type": "continuous", "labels": X[:, 0]}
    return {"groups": SITES} if "group_strength" in given else {}


def drop_in(**given):
    sampler = ImbalancedDatasetSampler(**{"dataset": DATA, **given})
    assert sampler.num_samples == len(sampler)
    rows_checked([row % 8 for row in islice(sampler, FEW)], len(sampler))


def lazily_balance(**parameters):
    groups = da.from_array(np.array(SITES), chunks=4) if "group_strength" in parameters else None
    sampler = skbalance.dask.InverseFrequencySampler(**{"random_state": 0, **parameters})
    sampler.fit(LAZY_X, LAZY_Y, groups=groups)
    if sum(sampler.sampling_strategy_.values()) < FEW:
        rows_checked(sampler.draw().compute().tolist(), sum(sampler.sampling_strategy_.values()))


def lazily_fit(**given):
    sampler = skbalance.dask.InverseFrequencySampler(random_state=0)
    sampler.fit(**{"X": LAZY_X, "y": LAZY_Y, **given})
    assert len(sampler.draw().compute()) == 8


def lazily_fit_resample(**given):
    sampler = skbalance.dask.InverseFrequencySampler(random_state=0)
    lazy = sampler.fit_resample(**{"X": LAZY_X, "y": LAZY_Y, **given})
    X_res, y_res = (collection.compute() for collection in lazy)
    assert len(X_res) == len(y_res) == 8


def lazily(method):
    """A call of a method of the fitted sampler for dask."""

    def call(**given):
        sampler = skbalance.dask.InverseFrequencySampler(random_state=0).fit(LAZY_X, LAZY_Y)
        if method == "correct_proba":
            given.setdefault("proba", np.full((2, 2), 0.5))
        dask.compute(getattr(sampler, method)(**given))

    return call


def show(**given):
    given = {"classes": range(8), "counts": range(1, 9), "resampled_counts": [4] * 8, **given}
    for quantity in "rows", "draws_per_row":
        ClassBalanceDisplay(**given).plot(quantity=quantity).figure_.canvas.draw()
    plt.close("all")


RESAMPLED = RandomOverSampler(random_state=0)
RESAMPLED.fit_resample(X, Y)


def show_sampler(**given):
    sampler = RESAMPLED if "y" in given else fitted()
    ClassBalanceDisplay.from_sampler(**{"sampler": sampler, **given}).figure_.canvas.draw()
    plt.close("all")


def show_labels(**given):
    display = ClassBalanceDisplay.from_labels(**{"y": Y, "y_resampled": Y[3:], **given})
    display.figure_.canvas.draw()
    plt.close("all")


def plot(**given):
    ClassBalanceDisplay(classes=[0], counts=[5], resampled_counts=[4]).plot(**given)
    plt.close("all")


def curve_of(**given):
    given = {"strengths": range(8), "mean_scores": [0.5] * 8, "std_scores": [0.1] * 8, **given}
    if {"min_scores", "max_scores"} & set(given):
        given = {"min_scores": [0.4] * 8, "max_scores": [0.6] * 8, **given}
    return StrengthCurveDisplay(**{"score_name": "score", **given})


def show_curve(**given):
    curve_of(**given).plot().figure_.canvas.draw()
    plt.close("all")


def search():
    """A finished search."""
    model = make_pipeline(InverseFrequencySampler(random_state=0), DummyClassifier())
    return GridSearchCV(model, {"inversefrequencysampler__strength": [0, 1]}, cv=2).fit(X, Y)


SEARCH = search()


def show_search(**given):
    StrengthCurveDisplay.from_search(**{"search": SEARCH, **given}).figure_.canvas.draw()
    plt.close("all")


def plot_curve(**given):
    curve_of().plot(**given)
    plt.close("all")


CALLS = {
    "InverseFrequencySampler": balance,
    "InverseFrequencySampler.set_params": lambda **params: fitted().set_params(**params),
    "InverseFrequencySampler.fit": fit,
    "InverseFrequencySampler.fit_resample": fit_resample,
    "InverseFrequencySampler.draw": draw,
    "InverseFrequencySampler.correct_proba": correct_proba,
    "InverseFrequencySampler.to_torch_sampler": to_torch_sampler,
    "InverseFrequencySampler.to_torch_batch_sampler": to_torch_batch_sampler,
    "PriorCorrectedClassifier": classify,
    "PriorCorrectedClassifier.fit": fit_classifier,
    "PriorCorrectedClassifier.predict": predicting("predict"),
    "PriorCorrectedClassifier.predict_proba": predicting("predict_proba"),
    "PriorCorrectedClassifier.predict_log_proba": predicting("predict_log_proba"),
    "PriorCorrectedClassifier.decision_function": predicting("decision_function"),
    "ClassBalanceDisplay": show,
    "ClassBalanceDisplay.from_sampler": show_sampler,
    "ClassBalanceDisplay.from_labels": show_labels,
    "ClassBalanceDisplay.plot": plot,
    "StrengthCurveDisplay": show_curve,
    "StrengthCurveDisplay.from_search": show_search,
    "StrengthCurveDisplay.plot": plot_curve,
    "torch.BalancedSampler": sample_rows,
    "torch.BalancedSampler.set_epoch": setting_epoch(rows),
    "torch.BalancedSampler.load_state_dict": loading(rows, lambda sampler: sampler),
    "torch.BalancedBatchSampler": sample_batches,
    "torch.BalancedBatchSampler.set_epoch": setting_epoch(batches),
    "torch.BalancedBatchSampler.load_state_dict": loading(batches, lambda sampler: sampler),
    "torch.BalancedDataLoader": load_data,
    "torch.ImbalancedDatasetSampler": drop_in,
    "torch.ImbalancedDatasetSampler.set_epoch": setting_epoch(
        lambda: ImbalancedDatasetSampler(DATA)
    ),
    "torch.ImbalancedDatasetSampler.load_state_dict": loading(
        lambda: ImbalancedDatasetSampler(DATA), iter
    ),
    "dask.InverseFrequencySampler": lazily_balance,
    "dask.InverseFrequencySampler.set_params": lambda **params: (
        skbalance.dask.InverseFrequencySampler().set_params(**params)
    ),
    "dask.InverseFrequencySampler.fit": lazily_fit,
    "dask.InverseFrequencySampler.fit_resample": lazily_fit_resample,
    "dask.InverseFrequencySampler.resample": lazily("resample"),
    "dask.InverseFrequencySampler.draw": lazily("draw"),
    "dask.InverseFrequencySampler.correct_proba": lazily("correct_proba"),
}


def public_names():
    """Every public class, and every method of it that is ours, by the names in `CALLS`."""
    for module in skbalance, skbalance.torch, skbalance.dask:
        wing = module.__name__.removeprefix("skbalance").lstrip(".")
        for name in module.__all__:
            kind = getattr(module, name)
            if isinstance(kind, type):
                full = f"{wing}.{name}".lstrip(".")
                yield full, kind
                yield from ((f"{full}.{method}", f) for method, f in public_methods(kind))


def public_methods(kind):
    """Methods with parameters that come from this library."""
    for name in dir(kind):
        method = getattr(kind, name)
        ours = str(getattr(method, "__module__", "")).startswith("skbalance")
        if not name.startswith("_") and ours and callable(method) and parameters_of(method):
            yield name, method


def parameters_of(function):
    """The names of a function's parameters, self aside."""
    return [name for name in inspect.signature(function).parameters if name != "self"]
