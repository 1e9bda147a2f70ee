"""Labels of every kind of dataset, whose items raise when they are loaded."""

import collections.abc

import datasets
import numpy as np
import pandas as pd
import pytest
import skorch.dataset
import torch
from torch.utils.data import (
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)

from skbalance import InverseFrequencySampler
from skbalance.torch._dataset_labels import labels_of

LABELS = [0, 1, 0, 2, 0, 0]


class Unloadable(Dataset):
    """A dataset that shows what it is given, and whose items must not be loaded."""

    def __init__(self, n_rows=6, **shown):
        self.n_rows = n_rows
        self.__dict__.update(shown)

    def __len__(self):
        return self.n_rows

    def __getitem__(self, index):
        raise AssertionError("an item was loaded")


class WithGetLabels(Unloadable):
    def get_labels(self):
        return LABELS


class UnloadableTensors(TensorDataset):
    def __getitem__(self, index):
        raise AssertionError("an item was loaded")


class UnloadableSkorch(skorch.dataset.Dataset):
    def __getitem__(self, index):
        raise AssertionError("an item was loaded")


folder_samples = [(f"{label}/{row}.png", label) for row, label in enumerate(LABELS)]
tensors = UnloadableTensors(torch.zeros(6, 3), torch.tensor(LABELS))
hugging_face = datasets.Dataset.from_dict({"text": list("abcdef"), "label": LABELS})
class_label = hugging_face.cast_column("label", datasets.ClassLabel(names=["x", "y", "z"]))

SHOWING = {
    "TensorDataset": tensors,
    "MNIST and kin": Unloadable(data=torch.zeros(6, 28, 28), targets=torch.tensor(LABELS)),
    "CIFAR and kin": Unloadable(data=np.zeros((6, 3)), targets=LABELS),
    "SVHN, STL10": Unloadable(data=np.zeros((6, 3)), labels=np.array(LABELS)),
    "ImageFolder": Unloadable(
        classes=list("xyz"), samples=folder_samples, imgs=folder_samples, targets=LABELS
    ),
    "DatasetFolder": Unloadable(classes=list("xyz"), samples=folder_samples, targets=LABELS),
    "samples alone": Unloadable(samples=folder_samples),
    "get_labels": WithGetLabels(),
    "get_labels before others": WithGetLabels(targets=[9] * 6),
    "agreeing attributes": Unloadable(targets=torch.tensor(LABELS), labels=LABELS),
    "skorch": UnloadableSkorch(np.zeros((6, 2)), np.array(LABELS)),
    "Subset": Subset(Unloadable(7, targets=[*LABELS, 5]), range(6)),
    "Subset by a tensor": Subset(Unloadable(7, targets=[*LABELS, 5]), torch.arange(6)),
    "nested Subset": Subset(
        Subset(Unloadable(8, targets=[7, *LABELS[::-1], 7]), [6, 5, 4, 3, 2, 1, 0]), range(6)
    ),
    "ConcatDataset": ConcatDataset(
        [Unloadable(2, targets=LABELS[:2]), Unloadable(4, labels=torch.tensor(LABELS[2:]))]
    ),
    "Concat of Subsets": ConcatDataset([Subset(tensors, [0, 1, 2]), Subset(tensors, [3, 4, 5])]),
    "StackDataset of tuples": StackDataset(Unloadable(), torch.tensor(LABELS)),
    "StackDataset of datasets": StackDataset(Unloadable(), Unloadable(targets=LABELS)),
    "StackDataset of names": StackDataset(label=torch.tensor(LABELS), image=Unloadable()),
    "Hugging Face": hugging_face,
    "Hugging Face, class label": class_label,
    "Hugging Face, class label of another name": class_label.rename_column("label", "kind"),
    "Hugging Face, torch format": hugging_face.with_format("torch"),
    "Hugging Face, numpy format": hugging_face.with_format("numpy"),
    "Hugging Face, pandas format": hugging_face.with_format("pandas"),
    "Hugging Face, select": datasets.concatenate_datasets([hugging_face, hugging_face]).select(
        [6, 1, 2, 9, 4, 11]
    ),
    "Subset of Hugging Face": Subset(hugging_face, range(6)),
    "labels themselves": LABELS,
    "a series": pd.Series(LABELS),
    "a column of Hugging Face": hugging_face["label"],
}


@pytest.mark.parametrize("dataset", SHOWING.values(), ids=SHOWING)
def test_labels_are_found_and_no_item_is_loaded(dataset):
    assert np.asarray(labels_of(dataset)).tolist() == LABELS
    sampler = InverseFrequencySampler(random_state=0)
    rows = sampler.to_torch_sampler(dataset)
    assert sampler.class_counts_.tolist() == [4, 1, 1]
    assert sorted(LABELS[row] for row in rows) == [0, 0, 1, 1, 2, 2]


def test_random_split_is_balanced_by_its_own_part():
    dataset = Unloadable(100, targets=[0] * 90 + [1] * 10)
    part, _ = random_split(dataset, [60, 40], generator=torch.Generator().manual_seed(0))
    labels = np.array(dataset.targets)[part.indices]
    rows = list(InverseFrequencySampler().to_torch_sampler(part))
    assert max(rows) < 60
    assert np.bincount(labels[rows]).tolist() == [30, 30]


def test_words_are_labels_too():
    words = datasets.Dataset.from_dict({"label": ["ham", "spam", "ham"], "text": list("abc")})
    assert InverseFrequencySampler().fit(None, labels_of(words)).classes_.tolist() == [
        "ham",
        "spam",
    ]
    both = ConcatDataset(
        [Unloadable(2, targets=["a", "b"]), Unloadable(2, targets=np.array(["bcd", "a"]))]
    )
    assert labels_of(both).tolist() == ["a", "b", "bcd", "a"]


def test_labels_of_different_kinds_are_not_merged_when_concatenated():
    mixed = ConcatDataset(
        [Unloadable(2, targets=np.array(["1", "2"])), Unloadable(2, targets=[1, 2])]
    )
    with pytest.raises(
        TypeError, match="labels must be of one kind, so that they can be sorted, got int and str"
    ):
        InverseFrequencySampler().to_torch_sampler(mixed)


def test_a_million_rows_of_hugging_face_are_read_whole():
    calls = []

    class Counting(datasets.Dataset):
        def __getitem__(self, key):
            calls.append(key)
            return super().__getitem__(key)

    counting = Counting(datasets.Dataset.from_dict({"label": np.arange(1_000_000) % 3}).data)
    assert np.bincount(labels_of(counting)).tolist() == [333_334, 333_333, 333_333]
    assert len(calls) <= 2
    selected = counting.select(
        range(999_999, -1, -1)
    )  # leaves an index, through which rows are gathered one by one
    calls.clear()
    assert np.array_equal(labels_of(selected), np.arange(999_999, -1, -1) % 3)
    assert calls == []


def test_labels_can_be_given_where_a_dataset_shows_none_or_others():
    for dataset in Unloadable(), Unloadable(targets=[5, 6, 7, 8, 9, 9]):
        sampler = InverseFrequencySampler(random_state=0)
        sampler.to_torch_sampler(dataset, labels=LABELS)
        assert sampler.classes_.tolist() == [0, 1, 2]
        assert len(list(sampler.to_torch_batch_sampler(dataset, labels=LABELS, batch_size=2))) == 3


class Stream(IterableDataset):
    def __iter__(self):
        raise AssertionError("an item was loaded")


@pytest.mark.parametrize(
    ("dataset", "error", "message"),
    [
        (
            Unloadable(),
            TypeError,
            r"Unloadable shows no labels: no get_labels\(\), .* Give them as labels=\.\.\., one for each row",
        ),
        (Unloadable(targets=None, samples="abc"), TypeError, "Unloadable shows no labels"),
        (
            Unloadable(targets=[0, 1]),
            ValueError,
            r"Unloadable has 6 rows, but there are 2 labels\. Give them as labels=",
        ),
        (
            Unloadable(targets=LABELS, labels=LABELS[::-1]),
            ValueError,
            "has several labels that differ: targets, labels. Give them",
        ),
        (Unloadable(targets=torch.zeros(6)), ValueError, "Unknown label type: .* got float32"),
        (
            Unloadable(targets=torch.ones(6, 4)),
            ValueError,
            "Multilabel and multioutput targets are not supported",
        ),
        (
            UnloadableTensors(torch.zeros(6, 3)),
            TypeError,
            r"last tensor of TensorDataset is no labels: torch.float32 of shape \(6, 3\)",
        ),
        (
            UnloadableTensors(torch.tensor(LABELS), torch.zeros(6)),
            TypeError,
            r"last tensor .* torch.float32 of shape \(6,\)",
        ),
        (
            StackDataset(a=Unloadable(), b=Unloadable()),
            ValueError,
            "no part that is called a label among a, b. Give them",
        ),
        (
            StackDataset(y=torch.tensor(LABELS), label=torch.tensor(LABELS)),
            ValueError,
            r"several parts .* \(y, label\) among y, label",
        ),
        (
            hugging_face.rename_column("label", "kind"),
            ValueError,
            "Dataset has no part that is called a label among text, kind",
        ),
        (
            UnloadableTensors(torch.zeros(6, 3), torch.tensor(LABELS), torch.arange(6)),
            ValueError,
            "several tensors of one integer a row that differ. Give them as labels=",
        ),
        (
            class_label.add_column("kind", LABELS)
            .cast_column("kind", datasets.ClassLabel(names=["x", "y", "z"]))
            .rename_column("label", "sort"),
            ValueError,
            "no part that is called a label among sort, kind",
        ),
        (Stream(), TypeError, "Stream is an IterableDataset: it has no row numbers"),
        (7, TypeError, "int shows no labels"),
    ],
)
def test_labels_that_are_not_found_are_refused_with_the_way_out(dataset, error, message):
    with pytest.raises(error, match=message):
        InverseFrequencySampler().to_torch_sampler(dataset)


def test_labels_given_must_fit_the_dataset():
    with pytest.raises(
        ValueError, match=r"Unloadable has 6 rows, but there are 3 labels\. Give them as labels="
    ):
        InverseFrequencySampler().to_torch_sampler(Unloadable(), labels=[0, 1, 0])
    with pytest.raises(TypeError, match="Stream is an IterableDataset"):
        InverseFrequencySampler().to_torch_sampler(Stream(), labels=[0, 1, 0])


class SequenceOfItems(Unloadable, collections.abc.Sequence):
    pass


class ArrayOfItems(Unloadable):
    def __array__(self, dtype=None, copy=None):
        raise AssertionError("items were loaded")


@pytest.mark.parametrize("kind", [SequenceOfItems, ArrayOfItems])
def test_a_dataset_that_looks_like_an_array_is_still_a_dataset(kind):
    assert labels_of(kind(targets=LABELS)) == LABELS


@pytest.mark.parametrize(
    "samples",
    [
        ["cat1.png", "dog2.png"],
        [[5, 7], [1, 7]],
        [("a", 0, 1), ("b", 2, 0)],
        [{"x": 1, "label": 2}] * 2,
        [("a",)] * 2,
    ],
)
def test_samples_other_than_pairs_of_path_and_label_are_no_labels(samples):
    with pytest.raises(TypeError, match="Unloadable shows no labels"):
        labels_of(Unloadable(2, samples=samples))


def test_missing_labels_outside_a_selection_do_not_matter():
    series = pd.Series([0, 1, None, 0], dtype="Int64")
    assert list(labels_of(Subset(Unloadable(4, targets=series), [0, 1, 3]))) == [0, 1, 0]
    large = datasets.Dataset.from_dict({"label": [2**60, 2**60 + 1, None, 2**60]})
    assert np.asarray(labels_of(large.select([0, 1, 3]))).tolist() == [2**60, 2**60 + 1, 2**60]
    with pytest.raises(ValueError, match=r"missing labels .* at row 2"):
        InverseFrequencySampler().to_torch_sampler(large)


def test_one_hot_columns_of_hugging_face_are_found_in_any_order():
    one_hot = datasets.Dataset.from_dict({"label": [[0, 1], [1, 0], [1, 0]]})
    for dataset in one_hot, one_hot.select([2, 1, 0]).shuffle(seed=0):
        sampler = InverseFrequencySampler()
        sampler.to_torch_sampler(dataset)
        assert sampler.class_counts_.tolist() == [2, 1]


def test_the_last_member_of_a_stack_holds_the_labels():
    assert (
        labels_of(StackDataset(Unloadable(), torch.zeros(6), torch.tensor(LABELS))).tolist()
        == LABELS
    )


def test_get_labels_must_give_labels():
    class Generating(Unloadable):
        def get_labels(self):
            return iter(LABELS)

    with pytest.raises(
        TypeError, match=r"Generating shows list_iterator as its labels\. Give them as labels="
    ):
        labels_of(Generating())
