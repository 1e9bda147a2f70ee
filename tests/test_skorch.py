"""Networks of scikit-learn's kind, trained by skorch."""

import numpy as np
import pytest
import torch
from sklearn.datasets import make_classification
from sklearn.metrics import recall_score
from sklearn.model_selection import GridSearchCV
from skorch import NeuralNetClassifier
from torch import nn

from skbalance.torch import BalancedDataLoader

X, Y = make_classification(
    n_samples=600, n_features=8, weights=[0.93], class_sep=0.7, flip_y=0, random_state=0
)
X = X.astype(np.float32)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Linear(8, 2)

    def forward(self, X):
        return self.layers(X)


def network(**parameters):
    torch.manual_seed(0)
    return NeuralNetClassifier(
        Network,
        criterion=nn.CrossEntropyLoss,
        max_epochs=8,
        lr=0.1,
        batch_size=32,
        verbose=0,
        **parameters,
    )


def test_training_is_balanced_and_prediction_is_not():
    plain = network().fit(X, Y)
    balanced = network(iterator_train=BalancedDataLoader, iterator_train__random_state=0).fit(X, Y)
    assert recall_score(Y, balanced.predict(X)) > recall_score(Y, plain.predict(X)) + 0.1
    assert len(balanced.predict(X[:7])) == 7


@pytest.mark.parametrize("train_split", [None, "default"])
def test_strength_is_searched_with_each_folds_own_labels(train_split, monkeypatch):
    seen = []
    plain_init = BalancedDataLoader.__init__

    def init(self, dataset, *args, **kwargs):
        plain_init(self, dataset, *args, **kwargs)
        seen.append((len(dataset), kwargs["strength"]))

    monkeypatch.setattr(BalancedDataLoader, "__init__", init)
    split = {} if train_split else {"train_split": None}
    search = GridSearchCV(
        network(iterator_train=BalancedDataLoader, iterator_train__random_state=0, **split),
        {"iterator_train__strength": [0.0, 0.5, 1.0]},
        scoring="balanced_accuracy",
        cv=3,
        error_score="raise",
    ).fit(X, Y)
    scores = dict(zip([0.0, 0.5, 1.0], search.cv_results_["mean_test_score"], strict=True))
    assert scores[1.0] > scores[0.0]
    assert {strength for _, strength in seen} == {0.0, 0.5, 1.0}
    assert {n_rows for n_rows, _ in seen} == ({400, 600} if train_split is None else {320, 480})
