"""What resampling gains with several labels a row, and with a skewed target; see evidence.py.

Both sets are generated. Held-out rows have the distribution of the training rows, and every method
sees the same rows of a seed. Resampling is by `n_samples="over"`: the lightest row comes up once,
and the others as often as they are heavier, rounded down or up. Weights in the loss are those same
weights. Networks see as many rows by every method, and draw anew in each epoch."""

from typing import Any, NamedTuple

import numpy as np
import torch
from scipy.special import expit
from sklearn.datasets import make_friedman1, make_multilabel_classification
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve
from sklearn.model_selection import KFold, train_test_split
from sklearn.multioutput import MultiOutputClassifier
from sklearn.preprocessing import StandardScaler
from torch import nn

from skbalance import InverseFrequencySampler

NOTHING, OURS = "no resampling", "InverseFrequencySampler"
BATCH_SIZE = 64
# About as long as suits no resampling, by the loss of held-out rows of seed 0. Longer, and label
# sets are learnt by heart; of numbers there is little more to learn.
EPOCHS_OF_LABELS, EPOCHS_OF_NUMBERS = 10, 80


class Targets(NamedTuple):
    """Training rows and held-out rows of the same distribution, scaled.

    Of an indicator `y`, `rare` are the labels made rare; of numbers, where the tail begins."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    rare: Any


def split(X, y, n_train, seed):
    X, X_test, y, y_test = train_test_split(X, y, train_size=n_train, random_state=seed)
    scaler = StandardScaler().fit(X)
    return scaler.transform(X), y, scaler.transform(X_test), y_test


# Networks of one hidden layer


def rows_of_epochs(n_epochs, X, y, seed, sampler):
    """The rows that a network sees one after the other; without a sampler, all of them each epoch.

    A sampler's epochs may be longer. It gets fewer of them, so that the rows are as many."""
    random = np.random.default_rng(seed)
    draw = sampler.fit(X, y).draw if sampler else lambda _: random.permutation(len(X))
    return np.concatenate([draw(epoch) for epoch in range(n_epochs)])[: n_epochs * len(X)]


def network(X, y, X_test, loss, rows, weight, seed):
    """What a network says to test rows.

    `loss` is a function of outputs and targets that gives an array of their shape."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    weight = np.ones(len(X)) if weight is None else weight / weight.mean()
    X, y, X_test, weight = (
        torch.as_tensor(array, dtype=torch.float32) for array in (X, y, X_test, weight)
    )
    layers = nn.Sequential(nn.Linear(X.shape[1], 64), nn.ReLU(), nn.Linear(64, y.shape[1]))
    optimizer = torch.optim.Adam(layers.parameters(), lr=3e-3)
    for batch in torch.as_tensor(rows).split(BATCH_SIZE):
        optimizer.zero_grad()
        of_rows = loss(layers(X[batch]), y[batch]).mean(dim=1)
        (weight[batch] * of_rows).mean().backward()
        optimizer.step()
    with torch.no_grad():
        return layers(X_test).double().numpy()


# Several labels a row

THRESHOLD = 0.1  # rows of labels that are less frequent are repeated
LABEL_SCORES = "macro F1", "micro F1", "F1, rare", "F1, others", "macro average precision"


def label_sets(seed):
    """4,000 training rows that bear 2.4 of 20 labels on average, of which three are made rare.

    Those were the most frequent ones. Of the rows that bear any of them one in 50 is kept, before
    the split, which leaves about 55 training rows to each. The other labels are as frequent as they
    were generated, by chance: most on 120 to 1,100 training rows, and left out on fewer than 10."""
    X, y = make_multilabel_classification(
        n_samples=40_000,
        n_features=40,
        n_classes=20,
        n_labels=3,
        allow_unlabeled=False,
        random_state=seed,
    )
    is_rare = np.zeros(20, dtype=bool)
    is_rare[np.argsort(y.sum(axis=0))[-3:]] = True
    is_kept = ~y[:, is_rare].any(axis=1)
    is_kept |= np.random.default_rng(seed).random(len(y)) < 1 / 50
    X, y, X_test, y_test = split(X[is_kept], y[is_kept], 4000, seed)
    has_rows = y.sum(axis=0) >= 10
    return Targets(X, y[:, has_rows], X_test, y_test[:, has_rows], is_rare[has_rows])


def repeat_factors(y):
    """How often each row is to come up: the largest max(1, (t / f) ** 0.5) of its labels."""
    return (y * np.maximum(1, (THRESHOLD / y.mean(axis=0)) ** 0.5)).max(axis=1)


def label_samplers(n_rows, seed):
    common = {"target_type": "multilabel", "n_samples": "over", "random_state": seed}
    return {
        f"{OURS}, repeat factors": InverseFrequencySampler(
            strength=0,
            class_weight=lambda n: np.maximum(1, (THRESHOLD * n_rows / n) ** 0.5),
            **common,
        ),
        f"{OURS}, strength 0.5": InverseFrequencySampler(strength=0.5, **common),
    }


def label_regressions(X, y, X_test, _, sampler=None, weight=None, balanced=False):
    """Probabilities of labels by a model for each, as scikit-learn has it."""
    if sampler:
        X, y = sampler.fit_resample(X, y)
    of_label = LogisticRegression(max_iter=1000, class_weight="balanced" if balanced else None)
    models = MultiOutputClassifier(of_label).fit(X, y, sample_weight=weight)
    return np.stack([proba[:, 1] for proba in models.predict_proba(X_test)], axis=1)


def label_network(X, y, X_test, seed, sampler=None, weight=None, balanced=False):
    """Probabilities of labels by a network that learns them all at once.

    That is what repeat factors are made for: a row is repeated for one label, and brings others."""
    of_bearers = torch.as_tensor(1 / y.mean(axis=0) - 1, dtype=torch.float32)
    loss = nn.BCEWithLogitsLoss(reduction="none", pos_weight=of_bearers if balanced else None)
    rows = rows_of_epochs(EPOCHS_OF_LABELS, X, y, seed, sampler)
    return expit(network(X, y, X_test, loss, rows, weight, seed))


LABEL_MODELS = {
    "a network": label_network,
    "logistic regressions, one for each label": label_regressions,
}


def run_labels(model, seed):
    """The scores of every method.

    Label weights are "balanced", so that those who bear a label weigh as much as those who do not.
    """
    case, fit = label_sets(seed), LABEL_MODELS[model]
    data = case.X, case.y, case.X_test, seed
    plain = fit(*data)
    proba = {
        NOTHING: plain,
        "repeat factors in the loss": fit(*data, weight=repeat_factors(case.y)),
        "label weights in the loss": fit(*data, balanced=True),
    }
    for method, sampler in label_samplers(len(case.y), seed).items():
        proba[method] = fit(*data, sampler=sampler)
    found = {method: label_scores(case, p) for method, p in proba.items()}
    return found | {"tuned thresholds": label_scores(case, plain, thresholds(fit, case, seed))}


def thresholds(fit, case, seed):
    """For each label the threshold with the best F1 in three folds of the training rows."""
    proba = np.empty(case.y.shape)
    for rows, others in KFold(3, shuffle=True, random_state=seed).split(case.X):
        proba[others] = fit(case.X[rows], case.y[rows], case.X[others], seed)
    best = []
    for bears, p in zip(case.y.T, proba.T, strict=True):
        precision, recall, candidates = precision_recall_curve(bears, p)
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        best.append(candidates[f1[:-1].argmax()])  # the last point has no threshold
    return np.array(best)


def label_scores(case, proba, threshold=0.5):
    predicted = proba >= threshold
    of_label = f1_score(case.y_test, predicted, average=None, zero_division=0)
    return [
        of_label.mean(),
        f1_score(case.y_test, predicted, average="micro"),
        of_label[case.rare].mean(),
        of_label[~case.rare].mean(),
        average_precision_score(case.y_test, proba, average="macro"),
    ]


# A skewed target

BINS = 10
NUMBER_SCORES = "MAE, tail", "MAE, others", "MAE", "RMSE, tail", "RMSE"


def skewed_numbers(seed):
    """2,000 training rows, with a target of `exp(z / 5)` where z is Friedman's, noise included.

    Its median is about 18, and its maximum about 320. The tail is the highest 5%."""
    X, z = make_friedman1(n_samples=20_000, n_features=10, noise=1, random_state=seed)
    X, y, X_test, y_test = split(X, np.exp(z / 5), 2000, seed)
    return Targets(X, y, X_test, y_test, np.quantile(y, 0.95))


def bin_weights(y, strength):
    """How often each row is to come up, if one in the fullest bin comes up once."""
    counts, edges = np.histogram(y, BINS)
    return (counts.max() / counts[np.digitize(y, edges[1:-1])]) ** strength


def number_sampler(strength, seed):
    return InverseFrequencySampler(
        target_type="continuous",
        bins=BINS,
        strength=strength,
        n_samples="over",
        random_state=seed,
    )


def number_model(model, X, y, X_test, _, sampler=None, weight=None):
    if sampler:
        X, y = sampler.fit_resample(X, y)
    return model.fit(X, y, sample_weight=weight).predict(X_test)


def linear(*data, **options):
    return number_model(LinearRegression(), *data, **options)


def boosting(*data, **options):
    """Predictions of gradient boosting. As in evidence.py, a leaf may hold one heavy row."""
    model = HistGradientBoostingRegressor(min_samples_leaf=1, early_stopping=False)
    return number_model(model, *data, **options)


def number_network(X, y, X_test, seed, sampler=None, weight=None):
    """Predictions of a network that learns the target scaled."""
    rows = rows_of_epochs(EPOCHS_OF_NUMBERS, X, y, seed, sampler)
    loss, scaler = nn.MSELoss(reduction="none"), StandardScaler().fit(y[:, None])
    scaled = network(X, scaler.transform(y[:, None]), X_test, loss, rows, weight, seed)
    return scaler.inverse_transform(scaled).ravel()


NUMBER_MODELS = {
    "linear regression": linear,
    "gradient boosting": boosting,
    "a network": number_network,
}


def run_numbers(model, seed):
    """The scores of every method."""
    case, fit = skewed_numbers(seed), NUMBER_MODELS[model]
    data = case.X, case.y, case.X_test, seed
    of_log = np.exp(fit(case.X, np.log(case.y), case.X_test, seed))
    predicted = {NOTHING: fit(*data), "logarithm of the target": of_log}
    for strength in 0.5, 1.0:
        weight, sampler = bin_weights(case.y, strength), number_sampler(strength, seed)
        predicted[f"weights in the loss, strength {strength}"] = fit(*data, weight=weight)
        predicted[f"{OURS}, strength {strength}"] = fit(*data, sampler=sampler)
    return {method: number_scores(case, p) for method, p in predicted.items()}


def number_scores(case, predicted):
    error, in_tail = np.abs(predicted - case.y_test), case.y_test > case.rare
    return [
        error[in_tail].mean(),
        error[~in_tail].mean(),
        error.mean(),
        np.sqrt((error[in_tail] ** 2).mean()),
        np.sqrt((error**2).mean()),
    ]
