"""Weights, groups and other targets where users meet them: datasets, loaders and pipelines."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
import torch
from imblearn.pipeline import make_pipeline
from scipy import sparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from torch.utils.data import ConcatDataset, DataLoader, Dataset, StackDataset, Subset, TensorDataset

from skbalance import InverseFrequencySampler, PriorCorrectedClassifier
from skbalance.torch import BalancedDataLoader

random = np.random.default_rng(0)
N = 60
INDICATOR = (random.random((N, 4)) < [0.5, 0.3, 0.1, 0.05]).astype(int)
SETS = [np.flatnonzero(row).tolist() for row in INDICATOR]
NUMBERS = random.lognormal(size=N).astype(np.float32)
CLASSES = (NUMBERS > 2).astype(int)
WEIGHTS = random.lognormal(size=N)
GROUPS = random.choice(["a", "b"], size=N, p=[0.7, 0.3])
X = torch.arange(N, dtype=torch.float32)[:, None]

KINDS = {
    "weights": ({}, CLASSES, {"sample_weight": WEIGHTS}),
    "multilabel": ({"target_type": "multilabel"}, INDICATOR, {}),
    "continuous": ({"target_type": "continuous", "bins": 4}, NUMBERS, {}),
    "groups": ({"group_strength": 0.5}, CLASSES, {"groups": GROUPS}),
}
kinds = pytest.mark.parametrize("kind", KINDS)


class Showing(Dataset):
    """A dataset that shows its targets as an attribute."""

    def __init__(self, targets, **attributes):
        self.targets = targets
        self.__dict__.update(attributes)

    def __len__(self):
        return N

    def __getitem__(self, row):
        return row, 0


def fitted(kind):
    parameters, y, beside = KINDS[kind]
    return InverseFrequencySampler(random_state=0, **parameters).fit(None, y, **beside)


def halves(first, second):
    return ConcatDataset([Subset(first, range(20)), Subset(second, range(20, N))])


MULTILABEL = {
    "tensors": TensorDataset(X, torch.tensor(INDICATOR)),
    "an indicator": Showing(INDICATOR),
    "lists": Showing(SETS),
    "a sparse indicator": Showing(sparse.csr_array(INDICATOR)),
    "sparse labels": sparse.coo_matrix(INDICATOR),
    "labels": SETS,
    "a frame": pd.DataFrame(INDICATOR),
    "parts": halves(TensorDataset(X, torch.tensor(INDICATOR)), Showing(SETS)),
    "a stack": StackDataset(X, torch.tensor(INDICATOR)),
    "two names that agree": Showing(SETS, labels=INDICATOR),
}
CONTINUOUS = {
    "tensors": TensorDataset(X, torch.tensor(NUMBERS)),
    "a column": TensorDataset(X, torch.tensor(NUMBERS)[:, None]),
    "an array": Showing(NUMBERS),
    "labels": NUMBERS.tolist(),
    "parts": halves(TensorDataset(X, torch.tensor(NUMBERS)), Showing(NUMBERS)),
    "a series": pd.Series(NUMBERS, index=range(N, 0, -1)),
}


@pytest.mark.parametrize("dataset", MULTILABEL.values(), ids=MULTILABEL)
def test_several_labels_are_found_in_a_dataset(dataset):
    sampler = InverseFrequencySampler(target_type="multilabel", random_state=0)
    rows = list(sampler.to_torch_sampler(dataset))
    assert rows == fitted("multilabel").draw().tolist()
    assert sampler.class_counts_.tolist() == INDICATOR.sum(axis=0).tolist()


@pytest.mark.parametrize("dataset", CONTINUOUS.values(), ids=CONTINUOUS)
def test_numbers_are_found_in_a_dataset(dataset):
    sampler = InverseFrequencySampler(target_type="continuous", bins=4, random_state=0)
    assert list(sampler.to_torch_sampler(dataset)) == fitted("continuous").draw().tolist()


REFUSED = {
    "too few labels": (
        {"target_type": "multilabel"},
        {"dataset": Showing(None), "labels": sparse.csr_array(INDICATOR[:5])},
        ValueError,
        "Showing has 60 rows, but there are 5 labels",
    ),
    "inputs alone": (
        {"target_type": "continuous"},
        {"dataset": TensorDataset(X, torch.zeros(N, 2))},
        TypeError,
        r"no labels: torch.float32 of shape \(60, 2\), wanted one number a row",
    ),
    "two candidates": (
        {"target_type": "continuous"},
        {"dataset": TensorDataset(X, torch.tensor(NUMBERS), 2 * torch.tensor(NUMBERS))},
        ValueError,
        "several tensors of one number a row that differ",
    ),
    "two names that differ": (
        {"target_type": "multilabel"},
        {"dataset": Showing(SETS, labels=SETS[::-1])},
        ValueError,
        "Showing has several labels that differ: targets, labels",
    ),
    "a list of pairs": (
        {"target_type": "multilabel"},
        {"dataset": [(X[0], 1), (X[1], 2)]},
        TypeError,
        "labels must be scalars, got Tensor",
    ),
    "a transform": (
        {"target_type": "continuous"},
        {"dataset": Showing(NUMBERS, target_transform=np.log)},
        ValueError,
        "Showing has a target_transform, which is only asked for classes",
    ),
    "weights without rows": (
        {},
        {"sample_weight": WEIGHTS},
        ValueError,
        "give the dataset or labels with them",
    ),
    "groups without rows": ({}, {"groups": GROUPS}, ValueError, "sample_weight and groups are of"),
    "an unknown kind": (
        {"target_type": "ordinal"},
        {"dataset": Showing(CLASSES)},
        ValueError,
        "target_type must be 'class', 'multilabel' or 'continuous', got 'ordinal'",
    ),
    "a kind that is no text": (
        {"target_type": None},
        {"dataset": Showing(CLASSES)},
        TypeError,
        "target_type must be .* got None",
    ),
    "too few groups": (
        {},
        {"dataset": Showing(CLASSES), "groups": GROUPS[:3]},
        ValueError,
        "groups must be one label for each of the 60 rows, got 3",
    ),
}


@pytest.mark.parametrize(
    ("parameters", "arguments", "error", "message"), REFUSED.values(), ids=REFUSED
)
def test_what_no_target_can_be_found_in_is_refused(parameters, arguments, error, message):
    with pytest.raises(error, match=message):
        InverseFrequencySampler(**parameters).to_torch_sampler(**arguments)


def test_a_loader_answers_the_words_of_other_libraries():
    with pytest.raises(TypeError, match="BalancedDataLoader has no parameter sampling_strategy"):
        BalancedDataLoader(Showing(CLASSES), sampling_strategy={1: 5})


@kinds
def test_a_loader_draws_the_batches_of_the_sampler(kind):
    parameters, y, beside = KINDS[kind]
    data = TensorDataset(X, torch.tensor(y))
    loader = BalancedDataLoader(data, batch_size=8, random_state=0, **parameters, **beside)
    batches = fitted(kind).to_torch_batch_sampler(batch_size=8)
    for _ in range(2):
        assert [x.ravel().tolist() for x, _ in loader] == list(batches)


@kinds
def test_given_and_found_targets_are_the_same(kind):
    parameters, y, beside = KINDS[kind]
    sampler = InverseFrequencySampler(random_state=0, **parameters)
    given = list(sampler.to_torch_batch_sampler(Showing(None), labels=y, batch_size=8, **beside))
    assert given == list(sampler.to_torch_batch_sampler(Showing(y), batch_size=8, **beside))
    assert given == list(fitted(kind).to_torch_batch_sampler(batch_size=8))


@kinds
def test_workers_and_pickles_change_no_row(kind):
    sampler = pickle.loads(pickle.dumps(fitted(kind)))
    loader = DataLoader(
        TensorDataset(X), sampler=sampler.to_torch_sampler(), batch_size=8, num_workers=2
    )
    rows = torch.cat([x.ravel() for (x,) in loader])
    assert rows.tolist() == fitted(kind).draw().tolist()
    assert sampler.draw(5).tolist() == fitted(kind).draw(5).tolist()


def test_ranks_take_the_seed_that_they_have_in_common_by_weight_too():
    sampler = InverseFrequencySampler(random_state=3)
    ranks = [
        list(sampler.to_torch_sampler(CLASSES, sample_weight=WEIGHTS, num_replicas=2, rank=rank))
        for rank in (0, 1)
    ]
    assert np.stack(ranks, axis=1).ravel().tolist() == sampler.draw().tolist()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("weights", "sample_weight also changes how often each row of a class is drawn"),
        ("multilabel", "with several labels a row, there is no one class that has a frequency"),
        ("continuous", "a continuous target has no classes"),
        ("groups", "groups also change how often rows of each group come up within a class"),
    ],
)
def test_only_changed_frequencies_of_classes_can_be_corrected(kind, reason):
    sampler = fitted(kind)
    with pytest.raises(ValueError, match=reason):
        sampler.correct_proba(np.full((3, 2), 0.5))
    assert not hasattr(sampler, "log_prior_shift_")


def test_the_corrected_classifier_wants_one_class_a_row():
    model = PriorCorrectedClassifier(
        LogisticRegression(), sampler=InverseFrequencySampler(target_type="multilabel")
    )
    with pytest.raises(ValueError, match="sampler must balance one class a row"):
        model.fit(X.numpy(), CLASSES)


def test_a_fit_forgets_what_the_last_one_was_about():
    sampler = InverseFrequencySampler().fit(None, CLASSES, groups=GROUPS)
    sampler.fit(None, CLASSES, sample_weight=WEIGHTS)
    assert not {"groups_", "cell_counts_", "cell_draws_"} & set(vars(sampler))
    sampler.set_params(target_type="continuous").fit(None, NUMBERS)
    sampler.set_params(target_type="class").fit(None, CLASSES)
    assert "bin_edges_" not in vars(sampler)
    assert sampler.correct_proba([[0.5, 0.5]]).shape == (1, 2)


FEATURES = np.random.default_rng(1).normal(size=(N, 3))


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.mark.usefixtures("routing")
def test_a_pipeline_hands_weights_to_the_sampler_alone():
    sampler = InverseFrequencySampler(random_state=0).set_fit_resample_request(sample_weight=True)
    model = make_pipeline(sampler, LogisticRegression().set_fit_request(sample_weight=False))
    model.fit(FEATURES, CLASSES, sample_weight=WEIGHTS)
    assert np.array_equal(model[0].sample_indices_, fitted("weights").draw())
    results = cross_validate(
        model,
        FEATURES,
        CLASSES,
        scoring=get_scorer("accuracy").set_score_request(sample_weight=True),
        params={"sample_weight": WEIGHTS},
        return_estimator=True,
    )
    for fold in results["estimator"]:
        assert sum(fold[0].sampling_strategy_.values()) == N * 4 // 5
        with pytest.raises(ValueError, match="sample_weight also changes"):
            fold[0].correct_proba([[0.5, 0.5]])


@pytest.mark.usefixtures("routing")
def test_a_pipeline_hands_groups_to_the_sampler_alone():
    sampler = InverseFrequencySampler(random_state=0, group_strength=0.5)
    model = make_pipeline(sampler.set_fit_resample_request(groups=True), LogisticRegression())
    model.fit(FEATURES, CLASSES, groups=GROUPS)
    assert np.array_equal(model[0].sample_indices_, fitted("groups").draw())


@pytest.mark.usefixtures("routing")
def test_weights_that_nobody_asked_for_are_refused_by_a_pipeline():
    model = make_pipeline(InverseFrequencySampler(), LogisticRegression())
    with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError, match="sample_weight"):
        model.fit(FEATURES, CLASSES, sample_weight=WEIGHTS)


@pytest.mark.usefixtures("routing")
def test_a_request_of_fit_stays_its_own():
    sampler = InverseFrequencySampler().set_fit_resample_request(sample_weight=True)
    sampler.set_fit_request(sample_weight=False)
    routing = sampler.get_metadata_routing()
    assert routing.fit.requests["sample_weight"] is False
    assert routing.fit_resample.requests["sample_weight"] is True


def test_regressors_take_balanced_numbers():
    sampler = InverseFrequencySampler(target_type="continuous", random_state=0)
    model = make_pipeline(sampler, Ridge())
    wrapped = TransformedTargetRegressor(model, func=np.log, inverse_func=np.exp)
    wrapped.fit(FEATURES, NUMBERS.astype(float))
    edges = wrapped.regressor_[0].bin_edges_
    assert edges == pytest.approx(np.histogram_bin_edges(np.log(NUMBERS.astype(float)), 10))
    bins = {"inversefrequencysampler__bins": [3, "fd", np.array([0, 1, 1e9])]}
    search = GridSearchCV(model, bins, error_score="raise").fit(FEATURES, NUMBERS)
    assert search.predict(FEATURES).shape == (N,)


def test_floats_come_back_as_they_came():
    sampler = InverseFrequencySampler(target_type="continuous", bins=4, random_state=0)
    X_res, y_res = sampler.fit_resample(FEATURES, NUMBERS)
    assert y_res.dtype == np.float32
    assert np.array_equal(y_res, NUMBERS[sampler.sample_indices_])
    assert np.array_equal(X_res, FEATURES[sampler.sample_indices_])


@pytest.mark.parametrize(
    "y", [INDICATOR, sparse.csr_array(INDICATOR), SETS, pd.DataFrame(INDICATOR)], ids=type
)
def test_label_sets_come_back_in_their_container(y):
    sampler = InverseFrequencySampler(target_type="multilabel", random_state=0)
    _, y_res = sampler.fit_resample(FEATURES, y)
    assert type(y_res) is type(y)
    rows = sampler.sample_indices_
    if isinstance(y, list):
        assert y_res == [y[row] for row in rows]
    else:
        there = y_res.toarray() if sparse.issparse(y) else np.asarray(y_res)
        assert np.array_equal(there, INDICATOR[rows])


def test_classifiers_of_several_labels_take_them_in_a_pipeline():
    sampler = InverseFrequencySampler(target_type="multilabel", strength=0.5, random_state=0)
    model = make_pipeline(sampler, OneVsRestClassifier(LogisticRegression()))
    assert model.fit(FEATURES, INDICATOR).predict(FEATURES).shape == INDICATOR.shape


def test_columns_with_names_give_labels_their_names():
    frame = pd.DataFrame(INDICATOR, columns=["sky", "sea", "bird", "kite"])
    sampler = InverseFrequencySampler(target_type="multilabel", class_weight={"kite": 2})
    sampler.fit(None, frame)
    assert sampler.classes_.tolist() == ["sky", "sea", "bird", "kite"]
    assert list(sampler.sampling_strategy_) == ["sky", "sea", "bird", "kite"]


@pytest.mark.parametrize(
    ("y", "labels"),
    [
        ([{("a", 1)}, {("b", 2), ("a", 1)}], [("a", 1), ("b", 2)]),
        ([[np.array(3)], [np.array(4), np.array(3)]], [3, 4]),
        (np.array([[1, 0], [1, 1]], dtype=object), [0, 1]),
    ],
    ids=["parts", "arrays without dimensions", "an indicator of objects"],
)
def test_label_sets_are_read(y, labels):
    sampler = InverseFrequencySampler(target_type="multilabel").fit(None, y)
    assert sampler.classes_.tolist() == labels
    assert sampler.class_counts_.tolist() == [2, 1]
