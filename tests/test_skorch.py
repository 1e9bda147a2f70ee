"""Networks of scikit-learn's kind, trained by skorch."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.metrics import recall_score
from sklearn.model_selection import GridSearchCV
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback
from torch import nn
from torch.utils.data import TensorDataset

from skbalance import InverseFrequencySampler
from skbalance.torch import BalancedDataLoader

X, Y = make_classification(
    n_samples=600, n_features=8, weights=[0.93], class_sep=0.7, flip_y=0, random_state=0
)
X = X.astype(np.float32)


class BalancedNet(NeuralNetClassifier):
    """As in the README: the net counts its epochs, since it outlives its loaders."""

    def get_iterator(self, dataset, training=False):
        iterator = super().get_iterator(dataset, training=training)
        if training:
            iterator.batch_sampler.set_epoch(len(self.history))
        return iterator


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Linear(8, 2)

    def forward(self, X):
        return self.layers(X)


def network(kind=NeuralNetClassifier, **parameters):
    torch.manual_seed(0)
    defaults = {"max_epochs": 8, "lr": 0.1, "batch_size": 32, "verbose": 0}
    return kind(Network, criterion=nn.CrossEntropyLoss, **{**defaults, **parameters})


# Ten epochs of ten draws of each class: of 90 common rows, an epoch sees 50.
FEW = np.tile(np.arange(100, dtype=np.float32)[:, None], 8)
OF_FEW = np.array([0] * 90 + [1] * 10)


class Seen(Callback):
    """The rows of FEW in each epoch of training, however often fit is called."""

    def __init__(self, epochs):
        self.epochs = epochs

    def on_epoch_begin(self, *_, **__):
        self.epochs.append([])

    def on_batch_begin(self, *_, batch, training, **__):
        if training:
            self.epochs[-1] += batch[0][:, 0].int().tolist()


def few(kind=BalancedNet, **parameters):
    """A net for FEW, and the list of what it sees in each epoch."""
    seen = []
    defaults = {
        "iterator_train": BalancedDataLoader,
        "iterator_train__random_state": 0,
        "callbacks": [("seen", Seen(seen))],
        "train_split": None,
        "batch_size": 25,
        "lr": 1e-4,
    }
    return network(kind, **{**defaults, **parameters}), seen


def sorted_draws(n_epochs):
    sampler = InverseFrequencySampler(random_state=0).fit(None, OF_FEW)
    return [sorted(sampler.draw(epoch).tolist()) for epoch in range(n_epochs)]


def test_training_is_balanced_and_prediction_is_not():
    plain = network().fit(X, Y)
    balanced = network(iterator_train=BalancedDataLoader, iterator_train__random_state=0).fit(X, Y)
    assert recall_score(Y, balanced.predict(X)) > recall_score(Y, plain.predict(X)) + 0.1
    assert len(balanced.predict(X[:7])) == 7


@pytest.mark.parametrize(
    ("kind", "train_split"),
    [(NeuralNetClassifier, None), (NeuralNetClassifier, "default"), (BalancedNet, "default")],
)
def test_strength_is_searched_with_each_folds_own_labels(train_split, kind, monkeypatch):
    seen = []
    plain_init = BalancedDataLoader.__init__

    def init(self, dataset, *args, **kwargs):
        plain_init(self, dataset, *args, **kwargs)
        seen.append((len(dataset), kwargs["strength"]))

    monkeypatch.setattr(BalancedDataLoader, "__init__", init)
    split = {} if train_split else {"train_split": None}
    search = GridSearchCV(
        network(kind, iterator_train=BalancedDataLoader, iterator_train__random_state=0, **split),
        {"iterator_train__strength": [0.0, 0.5, 1.0]},
        scoring="balanced_accuracy",
        cv=3,
        error_score="raise",
    ).fit(X, Y)
    scores = dict(zip([0.0, 0.5, 1.0], search.cv_results_["mean_test_score"], strict=True))
    assert scores[1.0] > scores[0.0]
    assert {strength for _, strength in seen} == {0.0, 0.5, 1.0}
    assert {n_rows for n_rows, _ in seen} == ({400, 600} if train_split is None else {320, 480})


def test_every_epoch_of_fit_is_the_next_of_the_sampler():
    for kind in NeuralNetClassifier, BalancedNet:
        net, seen = few(kind, max_epochs=10)
        net.fit(FEW, OF_FEW)
        assert [sorted(rows) for rows in seen] == sorted_draws(10)


def test_a_net_that_counts_its_epochs_goes_on_in_each_call_of_partial_fit():
    net, seen = few(max_epochs=1)
    for _ in range(10):
        net.partial_fit(FEW, OF_FEW)
    assert [sorted(rows) for rows in seen] == sorted_draws(10)
    assert len(set().union(*seen)) == 100


def test_a_net_that_counts_its_epochs_goes_on_in_a_warm_start_and_begins_anew_in_a_cold_one():
    net, seen = few(max_epochs=3, warm_start=True)
    net.fit(FEW, OF_FEW).fit(FEW, OF_FEW)
    assert [sorted(rows) for rows in seen] == sorted_draws(6)
    net.set_params(warm_start=False).fit(FEW, OF_FEW)
    assert [sorted(rows) for rows in seen[6:]] == sorted_draws(3)


def test_a_net_that_counts_its_epochs_goes_on_from_a_pickle_and_begins_anew_as_a_clone():
    net, _ = few(max_epochs=2)
    net.fit(FEW, OF_FEW)
    for other, n_before in (pickle.loads(pickle.dumps(net)), 2), (clone(net), 0):
        seen = []
        other.set_params(callbacks__seen=Seen(seen))
        other.partial_fit(FEW, OF_FEW)
        assert [sorted(rows) for rows in seen] == sorted_draws(n_before + 2)[n_before:]


def test_a_net_of_skorch_repeats_the_first_epoch_of_a_seed_in_each_call_of_partial_fit():
    # What the README warns of. Should this fail one day, the warning can go.
    net, seen = few(NeuralNetClassifier, max_epochs=1)
    for _ in range(10):
        net.partial_fit(FEW, OF_FEW)
    assert [sorted(rows) for rows in seen] == sorted_draws(1) * 10


def test_a_look_at_the_first_batch_takes_an_epoch_and_set_epoch_gives_it_back():
    # Keras, for one, looks at a batch before it trains.
    data = TensorDataset(torch.arange(100), torch.as_tensor(OF_FEW))
    loader, untouched = (BalancedDataLoader(data, 25, random_state=0) for _ in range(2))
    first, second = ([rows.tolist() for rows, _ in untouched] for _ in range(2))
    next(iter(loader))
    assert [rows.tolist() for rows, _ in loader] == second
    loader.batch_sampler.set_epoch(0)
    assert [rows.tolist() for rows, _ in loader] == first
