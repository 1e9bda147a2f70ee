"""ImbalancedDatasetSampler beside torchsampler's own class of that name."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset, TensorDataset

from skbalance.torch import BalancedSampler, ImbalancedDatasetSampler

LABELS = [0] * 90 + [1] * 10


@pytest.fixture(scope="module")
def original():
    """torchsampler's class."""
    if importlib.util.find_spec("torchsampler") is None:
        message = "torchsampler is not installed: pip install --no-deps torchsampler==0.1.2"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent / "benchmarks")
        return importlib.import_module("peers").class_of_torchsampler()


class WithLabels(Dataset):
    def __init__(self, labels=LABELS):
        self.labels_ = labels

    def __len__(self):
        return len(self.labels_)

    def __getitem__(self, index):
        return index, self.labels_[index]

    def get_labels(self):
        return self.labels_


class Folder:
    """Like torchvision's DatasetFolder: pairs of path and label."""

    def __init__(self, labels=LABELS):
        self.samples = [(f"{i}.png", label) for i, label in enumerate(labels)]
        self.targets = labels

    def __len__(self):
        return len(self.samples)


CASES = {
    "TensorDataset": ((TensorDataset(torch.zeros(100, 2), torch.tensor(LABELS)),), {}),
    "a third tensor": (
        (TensorDataset(torch.zeros(100, 2), torch.tensor(LABELS), torch.zeros(100)),),
        {},
    ),
    "get_labels": ((WithLabels(),), {}),
    "labels": ((range(100), LABELS), {}),
    "labels and num_samples": ((range(100),), {"labels": LABELS, "num_samples": 5000}),
    "labels and indices": ((range(100), LABELS[80:], list(range(80, 100))), {}),
    "callback": (
        (range(100),),
        {"callback_get_label": lambda dataset: [LABELS[i] for i in dataset]},
    ),
    "positional": ((range(100), LABELS, list(range(100)), 300, None), {}),
}


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # it hands tensors to pandas
@pytest.mark.parametrize(("args", "kwargs"), CASES.values(), ids=CASES)
def test_where_the_original_is_right_ours_does_the_same(original, args, kwargs):
    torch.manual_seed(0)
    theirs, ours = original(*args, **kwargs), ImbalancedDatasetSampler(*args, **kwargs)
    assert len(theirs) == len(ours) == ours.num_samples == theirs.num_samples
    assert list(theirs.indices) == ours.indices
    share_of_theirs, share_of_ours = (
        np.mean([LABELS[row] for _ in range(20) for row in sampler]) for sampler in (theirs, ours)
    )
    assert share_of_ours == 0.5
    assert share_of_theirs == pytest.approx(
        0.5, abs=5 * 0.5 / np.sqrt(20 * len(ours))
    )  # five standard errors


def test_unsorted_indices_keep_their_labels(original):
    indices = np.random.default_rng(0).permutation(100).tolist()
    arguments = range(100), [LABELS[i] for i in indices], indices
    share_of_theirs, share_of_ours = (
        np.mean([LABELS[row] for _ in range(50) for row in sampler(*arguments)])
        for sampler in (original, ImbalancedDatasetSampler)
    )
    assert share_of_ours == 0.5
    assert share_of_theirs < 0.3  # the fault that must not come back


@pytest.mark.parametrize(
    "dataset",
    [
        Subset(WithLabels(), range(100)),
        Subset(Folder(), range(100)),
        Folder(),
        ConcatDataset([WithLabels(LABELS[:50]), WithLabels(LABELS[50:])]),
    ],
    ids=["Subset", "Subset of a folder", "folder", "ConcatDataset"],
)
def test_datasets_on_which_the_original_fails_are_balanced(original, dataset):
    with pytest.raises((AttributeError, ValueError, NotImplementedError, IndexError)):
        original(dataset)
    assert np.mean([LABELS[row] for row in ImbalancedDatasetSampler(dataset)]) == 0.5


def test_without_labels_they_are_the_datasets_at_the_indices():
    rows = list(ImbalancedDatasetSampler(WithLabels(), indices=[95, 3, 4, 5]))
    assert sorted(set(rows)) == sorted(set(rows) & {95, 3, 4, 5})
    assert rows.count(95) == 2
    rows = list(
        ImbalancedDatasetSampler(
            WithLabels(), indices=torch.tensor([95, 3]), callback_get_label=lambda d: d.labels_
        )
    )
    assert sorted(rows) == [3, 95]
    rows = list(
        ImbalancedDatasetSampler(
            range(100), indices=[7, 8, 9], callback_get_label=lambda _: [0, 0, 1], num_samples=4
        )
    )
    assert sorted(rows) == [7, 8, 9, 9]  # a callback may give the labels of the indices alone


def test_it_follows_manual_seed():
    def draw(seed):
        torch.manual_seed(seed)
        return list(ImbalancedDatasetSampler(WithLabels()))

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


def test_it_works_in_a_loader_and_moves_through_epochs():
    sampler = ImbalancedDatasetSampler(WithLabels())
    loader = DataLoader(WithLabels(), sampler=sampler, batch_size=20)
    passes = [torch.cat([rows for rows, _ in loader]).tolist() for _ in range(2)]
    assert passes[0] != passes[1]
    assert isinstance(sampler, BalancedSampler)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"labels": [0, 1]}, ValueError, "labels must be one for each of the 100 indices, got 2"),
        (
            {"indices": [0, 100]},
            ValueError,
            "indices must be rows of a dataset of 100, got 0 to 100",
        ),
        (
            {"indices": [0.5]},
            TypeError,
            r"indices must be a sequence of ints, got float64 of shape \(1,\)",
        ),
        ({"indices": []}, ValueError, "indices must not be empty"),
        ({"num_samples": 0.5}, TypeError, r"num_samples must be an int or None, got 0\.5"),
        ({"num_samples": "over"}, TypeError, "num_samples must be an int or None, got 'over'"),
        ({"num_samples": True}, TypeError, "num_samples must be an int or None, got True"),
        ({"num_samples": 0}, ValueError, "^num_samples must be a finite number above 0, got 0"),
        ({"num_samples": -1}, ValueError, "^num_samples must be a finite number above 0, got -1"),
        (
            {"num_samples": 1},
            ValueError,
            "^num_samples must leave each of the 2 classes a draw, got num_samples=1",
        ),
        (
            {"num_samples": 2**60},
            ValueError,
            "^num_samples must be at most 2.*got num_samples=1152",
        ),
        ({"indices": [True] * 100}, TypeError, "indices must be a sequence of ints, got bool"),
        (
            {"labels": iter(LABELS)},
            TypeError,
            "labels must be one for each row .* got list_iterator",
        ),
        (
            {"callback_get_label": lambda _: [0, 1]},
            ValueError,
            "labels must be one for each of the 100 indices, got 2",
        ),
    ],
)
def test_what_does_not_match_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        ImbalancedDatasetSampler(WithLabels(), **arguments)


def test_a_dataset_without_a_length_is_refused():
    class Unsized(Dataset):
        targets = LABELS

    with pytest.raises(TypeError, match="dataset must have a length, got Unsized without __len__"):
        ImbalancedDatasetSampler(Unsized())


ids, mask = torch.zeros(100, 3, dtype=torch.int64), torch.ones(100, dtype=torch.int64)
WITH_LABELS = {
    "X, y": (ids, torch.tensor(LABELS)),
    "X, y in a column": (ids, torch.tensor(LABELS)[:, None]),
    "X, y, weights": (ids, torch.tensor(LABELS), torch.rand(100)),
    "X, y, soft labels": (ids, torch.tensor(LABELS), torch.rand(100, 2)),
    "ids, mask, labels": (ids, torch.ones_like(ids), torch.tensor(LABELS)),
    "X, y, y": (ids, torch.tensor(LABELS), torch.tensor(LABELS)),
}


@pytest.mark.parametrize("tensors", WITH_LABELS.values(), ids=WITH_LABELS)
def test_labels_in_a_tensor_dataset_are_the_only_integers_behind_the_inputs(tensors):
    rows = list(ImbalancedDatasetSampler(TensorDataset(*tensors)))
    assert np.mean([LABELS[row] for row in rows]) == 0.5
    rows = list(ImbalancedDatasetSampler(TensorDataset(*tensors), indices=[95, 3, 4, 5]))
    assert sorted(rows)[2:] == [95, 95]


def test_a_tensor_dataset_with_two_columns_of_integers_is_refused():
    for tensors in (ids, mask, torch.tensor(LABELS)), (ids, torch.tensor(LABELS), mask):
        with pytest.raises(ValueError, match="several tensors of one integer a row that differ"):
            ImbalancedDatasetSampler(TensorDataset(*tensors))


def test_only_the_labels_at_the_indices_need_to_be_known():
    dataset = Folder([0, 1, 2, 0])
    dataset.target_transform = {0: "common", 1: "rare"}.__getitem__
    rows = list(ImbalancedDatasetSampler(dataset, indices=[0, 1, 3], num_samples=4))
    assert rows.count(1) == 2
