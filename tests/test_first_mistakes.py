"""Mistakes of a first hour: what is answered, in which words, and what is still fine."""

import copy
import inspect
import re
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from imblearn.pipeline import Pipeline
from public_calls import public_names
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from torch.utils.data import BatchSampler, DataLoader, TensorDataset
from torchdata.stateful_dataloader import StatefulDataLoader

import skbalance.dask
from skbalance import InverseFrequencySampler
from skbalance.torch import (
    BalancedBatchSampler,
    BalancedDataLoader,
    BalancedSampler,
    ImbalancedDatasetSampler,
)

pytestmark = pytest.mark.filterwarnings("ignore:'set_vital' is deprecated:UserWarning")  # torchdata

Y = [0] * 80 + [1] * 20
DATA = TensorDataset(torch.arange(200.0).reshape(100, 2), torch.tensor(Y))


def sampler(**parameters):
    return InverseFrequencySampler(random_state=0, **parameters)


# The estimator itself as a loader's sampler.


class OfMine(InverseFrequencySampler):
    pass


@pytest.mark.parametrize("make", [sampler, lambda: sampler().fit(None, Y)], ids=["new", "fitted"])
@pytest.mark.parametrize(
    "use",
    [
        lambda given: next(iter(DataLoader(DATA, batch_size=8, sampler=given))),
        lambda given: len(DataLoader(DATA, batch_size=8, sampler=given)),
        lambda given: next(iter(DataLoader(DATA, batch_sampler=given))),
        lambda given: next(iter(StatefulDataLoader(DATA, sampler=given))),
        list,
        len,
    ],
)
def test_an_estimator_given_as_a_sampler_says_what_to_call(make, use):
    message = r"^InverseFrequencySampler is an estimator, .* call to_torch_sampler\(dataset\)"
    with pytest.raises(TypeError, match=message):
        use(make())


def test_a_subclass_is_called_by_its_own_name():
    with pytest.raises(TypeError, match=r"^OfMine is .*sampler=OfMine\(\)\.to_torch_sampler"):
        list(OfMine())


def test_for_everyone_else_an_estimator_is_one_object():
    given = sampler()
    assert bool(given) is True
    assert np.asarray(given).shape == ()
    assert np.array([given, given]).shape == (2,)
    assert pd.DataFrame({"sampler": [given]}).to_string().count("InverseFrequencySampler") == 1
    assert clone(given).get_params() == given.get_params()
    assert copy.deepcopy(given).random_state == 0
    assert repr(given) == "InverseFrequencySampler(random_state=0)"
    assert "InverseFrequencySampler" in given._repr_html_()


def test_estimators_are_searched_like_any_other_value():
    pipeline = Pipeline([("balance", None), ("model", DummyClassifier())])
    given = [sampler(strength=0), sampler()]
    search = GridSearchCV(pipeline, {"balance": given}, cv=2, error_score="raise")
    search.fit(np.arange(100)[:, None], Y)
    assert search.cv_results_["param_balance"].tolist() == given
    assert "InverseFrequencySampler" in search._repr_html_()


# A loader as a dataset; nothing at all.


@pytest.mark.parametrize("make", [DataLoader, StatefulDataLoader, BalancedDataLoader])
@pytest.mark.parametrize(
    "use",
    [
        lambda loader: sampler().to_torch_sampler(loader),
        lambda loader: sampler().to_torch_sampler(loader, labels=Y),
        lambda loader: sampler().to_torch_batch_sampler(loader, batch_size=4),
        BalancedDataLoader,
        ImbalancedDatasetSampler,
    ],
)
def test_of_a_loader_the_dataset_is_asked_for(make, use):
    message = rf"^{make.__name__} is a loader, not a dataset: .* loader\.dataset\.$"
    with pytest.raises(TypeError, match=message):
        use(make(DATA))


def test_before_fit_labels_are_asked_for():
    message = r"^This InverseFrequencySampler instance is not fitted .* as in to_torch_sampler\(y\)"
    with pytest.raises(NotFittedError, match=message):
        sampler().to_torch_sampler()
    with pytest.raises(NotFittedError, match=message):
        sampler().to_torch_batch_sampler(batch_size=4)


# Row numbers as labels.


def lazily(y):
    array = skbalance.dask._sampler.da.from_array(np.asarray(y), chunks=10)
    skbalance.dask.InverseFrequencySampler().fit(None, array)


WAYS_TO_FIT = {
    "fit": lambda y: sampler().fit(None, y),
    "fit_resample": lambda y: sampler().fit_resample(np.zeros((len(y), 1)), y),
    "weights": lambda y: sampler().fit(None, y, sample_weight=np.ones(len(y))),
    "groups": lambda y: sampler().fit(None, y, groups=np.arange(len(y)) % 2),
    "torch": lambda y: sampler().to_torch_sampler(y),
    "loader": lambda y: BalancedDataLoader(TensorDataset(torch.zeros(len(y)), torch.tensor(y))),
    "drop-in": lambda y: ImbalancedDatasetSampler(range(len(y)), labels=y),
    "dask": lazily,
}


@pytest.mark.parametrize("way", WAYS_TO_FIT)
def test_row_numbers_as_labels_are_warned_of(way):
    with pytest.warns(
        UserWarning,
        match=r"y has 1,200 classes in 1,200 rows, of which 1,200 occur only once\. Are",
    ):
        WAYS_TO_FIT[way](list(range(1200)))
    with pytest.warns(
        UserWarning, match="y has 13 classes in 25 rows, of which 12 occur only once"
    ):
        WAYS_TO_FIT[way]([*range(12)] + [12] * 13)
    with pytest.warns(UserWarning, match="y has 21 classes in 21 rows"):  # of 20 see below
        WAYS_TO_FIT[way](list(range(21)))


@pytest.mark.parametrize("way", WAYS_TO_FIT)
@pytest.mark.parametrize(
    "y", [[*range(20)], [*range(12)] + [12] * 14, [0, 1] * 50], ids=["few rows", "half", "classes"]
)
def test_other_labels_are_not_warned_of(way, y):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        WAYS_TO_FIT[way](y)


def test_numbers_and_label_sets_are_not_taken_for_row_numbers():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sampler(target_type="continuous").fit(None, np.arange(100))
        sampler(target_type="multilabel").fit(None, [{row} for row in range(100)])


# Wrong arguments, and the names of classes in their messages.

PRIVATE = re.compile(r"\b(_[a-zA-Z]\w+|Balancer)\b")


def wrong_calls():
    """Public names with arguments that they do not take, by position or name, and without any."""
    for name, kind in public_names():
        kind = inspect.unwrap(kind)  # of what scikit-learn hides from models without probabilities
        has_self = inspect.isfunction(kind)
        for positional, named in ((1,) * 20, {}), ((), {"no_such_argument": 1}), ((), {}):
            positional = (None, *positional) if has_self else positional
            try:
                inspect.signature(kind).bind(*positional, **named)
            except TypeError:
                yield pytest.param(kind, positional, named, id=f"{name}-{len(positional)}-{named}")


@pytest.mark.parametrize(("kind", "positional", "named"), wrong_calls())
def test_wrong_arguments_name_no_private_class(kind, positional, named):
    with pytest.raises(TypeError) as raised:
        kind(*positional, **named)
    assert not PRIVATE.search(str(raised.value)), raised.value


def test_methods_name_the_class_that_users_know():
    rows = sampler().to_torch_sampler(Y)
    with pytest.raises(TypeError, match=r"^BalancedSampler\.set_epoch\(\) missing 1 required"):
        rows.set_epoch()
    with pytest.raises(TypeError, match=r"^InverseFrequencySampler\.correct_proba\(\) missing 1"):
        sampler().correct_proba()
    with pytest.raises(TypeError, match=r"^InverseFrequencySampler\.set_params\(\) takes 1 pos"):
        sampler().set_params("strength")


def test_many_wrong_calls_are_tried():
    assert len(list(wrong_calls())) > 80


# What samplers and loaders say of themselves.


def test_samplers_and_loaders_tell_rows_batches_epoch_and_ranks():
    fitted = sampler().fit(None, Y)
    rows = fitted.to_torch_sampler()
    assert repr(rows) == "BalancedSampler(rows=100, epoch=0)"
    next(iter(rows))
    assert repr(rows) == "BalancedSampler(rows=100, epoch=1)"
    batches = fitted.to_torch_batch_sampler(batch_size=8)
    batches.set_epoch(7)
    assert repr(batches) == "BalancedBatchSampler(batches=13, batch_size=8, epoch=7)"
    ranks = {"num_replicas": 4, "rank": 2}
    assert repr(fitted.to_torch_sampler(**ranks)) == (
        "DistributedBalancedSampler(rows=25, epoch=0, rank=2, num_replicas=4)"
    )
    assert repr(fitted.to_torch_batch_sampler(batch_size=5, **ranks)) == (
        "DistributedBalancedBatchSampler(batches=5, batch_size=5, epoch=0, rank=2, num_replicas=4)"
    )
    assert repr(ImbalancedDatasetSampler(DATA)) == "ImbalancedDatasetSampler(rows=100, epoch=0)"
    loader = BalancedDataLoader(DATA, batch_size=10, random_state=0)
    assert repr(loader) == "BalancedDataLoader(batches=10, batch_size=10, epoch=0)"
    next(iter(loader))
    assert repr(loader) == "BalancedDataLoader(batches=10, batch_size=10, epoch=1)"


# Batches that would be batched once more.


@pytest.mark.parametrize("ranks", [{}, {"num_replicas": 2, "rank": 0}])
@pytest.mark.parametrize("size", [{}, {"batch_size": 64}, {"batch_size": 4, "drop_last": True}])
def test_batches_are_not_batched_once_more(size, ranks):
    batches = sampler().to_torch_batch_sampler(Y, batch_size=5, **ranks)
    loader = DataLoader(DATA, sampler=batches, **size)
    for _ in range(2):
        with pytest.raises(
            ValueError, match=r"^\w*BalancedBatchSampler makes whole .* with batch_size=None\. \("
        ):
            next(iter(loader))
    assert batches.epoch == 0


def test_batches_are_taken_as_they_are_in_all_right_ways():
    batches = sampler().to_torch_batch_sampler(Y, batch_size=5)
    wanted = sampler().to_torch_batch_sampler(Y, batch_size=5)
    for loader in (
        DataLoader(DATA, batch_sampler=batches),
        DataLoader(DATA, sampler=batches, batch_size=None),
    ):
        drawn = [(X_batch[:, 0] / 2).tolist() for X_batch, _ in loader]
        assert drawn == [list(map(float, batch)) for batch in wanted]
    assert len(list(BatchSampler(sampler().to_torch_sampler(Y), 5, drop_last=False))) == 20


class Grouped(BatchSampler):
    """Steps of several batches, as whoever accumulates gradients may want them."""

    def __iter__(self):
        return zip(*[iter(self.sampler)] * self.batch_size, strict=False)


class GroupedByTorch(BatchSampler):
    def __iter__(self):
        yield from super().__iter__()


@pytest.mark.parametrize("kind", [Grouped, GroupedByTorch])
def test_who_groups_batches_on_purpose_may_do_so(kind):
    batches = sampler().to_torch_batch_sampler(Y, batch_size=5)
    assert isinstance(batches, BalancedBatchSampler)
    assert not isinstance(batches, BalancedSampler)
    assert [len(step) for step in kind(batches, 4, drop_last=True)] == [4] * 5


# Loaders that are made anew.


@pytest.mark.parametrize(
    "make",
    [
        lambda: BalancedDataLoader(DATA, batch_size=8, random_state=0),
        lambda: DataLoader(DATA, batch_size=8, sampler=sampler().to_torch_sampler(DATA)),
    ],
)
def test_a_loader_is_made_once_for_all_epochs_as_docstrings_say(make):
    def rows_of(loader):
        return torch.cat([X_batch[:, 0] for X_batch, _ in loader]).tolist()

    assert rows_of(make()) == rows_of(make())
    loader = make()
    assert rows_of(loader) != rows_of(loader)


@pytest.mark.parametrize(
    "introduced",
    [
        BalancedDataLoader,
        InverseFrequencySampler.to_torch_sampler,
        InverseFrequencySampler.to_torch_batch_sampler,
    ],
)
def test_docstrings_say_that_a_loader_is_made_outside_the_loop(introduced):
    assert "Make it once, outside the epoch loop" in inspect.getdoc(introduced)
