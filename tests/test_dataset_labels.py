"""Labels of every kind of dataset, whose items raise when they are loaded."""

import collections.abc
import itertools
import random

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
from skbalance.torch import BalancedDataLoader, ImbalancedDatasetSampler
from skbalance.torch._dataset_labels import labels_of, labels_of_dataset

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
    "Food101 and kin": Unloadable(_image_files=list("abcdef"), _labels=LABELS),
    "GTSRB and kin": Unloadable(_samples=folder_samples),
    "FER2013": Unloadable(_samples=list(zip(torch.zeros(6, 48, 48), LABELS, strict=True))),
    "public names before private ones": Unloadable(labels=LABELS, _labels=list("abcdef")),
    "get_labels": WithGetLabels(),
    "get_labels before others": WithGetLabels(targets=[9] * 6),
    "agreeing attributes": Unloadable(targets=torch.tensor(LABELS), labels=LABELS),
    "skorch": UnloadableSkorch(np.zeros((6, 2)), np.array(LABELS)),
    "Subset": Subset(Unloadable(7, targets=[*LABELS, 5]), range(6)),
    "Subset by a tensor": Subset(Unloadable(7, targets=[*LABELS, 5]), torch.arange(6)),
    "Subset from the end": Subset(Unloadable(7, targets=[5, *LABELS]), range(-6, 0)),
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
            r"Unloadable shows no labels: no get_labels\(\), .* Give them as labels=\.\.\., one ",
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


@pytest.mark.parametrize(
    "columns",
    [
        {"topic": "class", "labels": "int"},
        {"topic": "class", "label": "class"},
        {"topic": "class", "lang": "class"},
        {"label": "int", "labels": "int"},
        {"label": "class", "target": "text"},
    ],
    ids=str,
)
def test_two_columns_of_hugging_face_that_could_be_labels_are_refused(columns):
    values = {"class": [0, 1] * 3, "int": LABELS, "text": list("abcdef")}
    features = {
        "class": datasets.ClassLabel(names=["x", "y"]),
        "int": datasets.Value("int64"),
        "text": datasets.Value("string"),
    }
    dataset = datasets.Dataset.from_dict(
        {"text": list("abcdef")} | {name: values[kind] for name, kind in columns.items()},
        features=datasets.Features(
            {"text": features["text"]} | {name: features[kind] for name, kind in columns.items()}
        ),
    )
    names = ", ".join(columns)
    message = rf"several parts that could be labels \({names}\) among text, {names}\. Give them as"
    with pytest.raises(ValueError, match=message + r' labels=dataset\["\.\.\."\]'):
        labels_of(dataset)
    sampler = InverseFrequencySampler()
    for name, kind in columns.items():
        sampler.to_torch_sampler(dataset, labels=dataset[name])
        assert sampler.class_counts_.sum() == 6, kind


TAKES_DATASETS = {
    "sampler": lambda dataset, **labels: InverseFrequencySampler().to_torch_sampler(
        dataset, **labels
    ),
    "loader": BalancedDataLoader,
    "drop-in": ImbalancedDatasetSampler,
}


@pytest.mark.parametrize("labels", [{}, {"labels": LABELS}], ids=["found", "given"])
@pytest.mark.parametrize("take", TAKES_DATASETS.values(), ids=TAKES_DATASETS)
def test_splits_and_streams_of_hugging_face_are_refused_by_name(take, labels):
    splits = datasets.DatasetDict(train=hugging_face, test=hugging_face)
    message = r"DatasetDict is not a dataset .* 'train', 'test': take one, as in dataset\['train'\]"
    with pytest.raises(TypeError, match=message):
        take(splits, **labels)
    with pytest.raises(TypeError, match="IterableDatasetDict is not a dataset but holds several"):
        take(datasets.IterableDatasetDict(train=hugging_face.to_iterable_dataset()), **labels)
    for stream in (
        hugging_face.to_iterable_dataset(),
        datasets.IterableDataset.from_generator(lambda: iter([{"label": 0}])),
    ):
        with pytest.raises(TypeError, match="IterableDataset: it has no row numbers"):
            take(stream, **labels)


def test_the_index_that_select_leaves_is_where_hugging_face_keeps_it():
    # A private attribute: without it, labels are still right, but take a hundred times as long.
    selected = hugging_face.select([3, 0])
    assert selected._indices.column(0).to_pylist() == [3, 0]
    assert hugging_face._indices is None

    class Moved(Unloadable):
        column_names, with_format = hugging_face.column_names, hugging_face.with_format

        def __getitem__(self, name):
            return selected[name]

    assert labels_of(Moved(2)) == [2, 0]


class Data:
    """An item of a dataset, as in graph libraries."""


ITEMS = {
    "pairs": [(torch.zeros(2), label) for label in LABELS],
    "pairs of numbers": [(0, 1), (1, 0), (1, 0)],
    "paths": [(f"{row}.png", label) for row, label in enumerate(LABELS)],
    "dicts": [{"x": 0, "label": label} for label in LABELS],
    "tensors": list(torch.zeros(6, 4)),
    "objects": [Data() for _ in LABELS],
    "frame": pd.DataFrame({"x": [0.5] * 6, "y": LABELS}),
    "numbers": LABELS,
    "array": np.array(LABELS),
}


@pytest.mark.parametrize("items", ITEMS.values(), ids=ITEMS)
@pytest.mark.parametrize("take", [BalancedDataLoader, ImbalancedDatasetSampler])
def test_where_only_a_dataset_makes_sense_a_list_is_one_without_labels(take, items):
    with pytest.raises(TypeError, match=f"{type(items).__name__} shows no labels: .* labels=..., "):
        take(items)
    labels = [0, 1, 1, 0, 0, 1][: len(items)]
    assert len(take(items, labels=labels)) == len(items)


def test_a_list_within_a_dataset_is_a_dataset():
    pairs = ITEMS["pairs of numbers"]  # which could be one-hot labels
    for dataset in Subset(pairs, [0, 1, 2]), ConcatDataset([pairs, pairs]):
        with pytest.raises(TypeError, match="list shows no labels"):
            labels_of(dataset)


@pytest.mark.parametrize("name", ["pairs", "paths", "dicts", "tensors", "objects", "frame"])
def test_items_where_labels_are_expected_are_told_how_they_are_read(name):
    items = ITEMS[name]
    kind = type(items).__name__
    message = f"Here a {kind} is read as labels, not as a dataset.* give labels=..., one for each"
    with pytest.raises((TypeError, ValueError), match=message):
        InverseFrequencySampler().to_torch_sampler(items)
    sampler = InverseFrequencySampler()
    assert len(list(sampler.to_torch_sampler(items, labels=LABELS))) == 6


@pytest.mark.parametrize(
    "labels", [[(0, 1), (1, 0), (1, 0)], [[5], [7], [5]], np.array([[0, 1], [1, 0], [1, 0]])]
)
def test_one_hot_rows_and_columns_are_still_labels(labels):
    sampler = InverseFrequencySampler()
    sampler.to_torch_sampler(labels)
    assert sorted(sampler.class_counts_.tolist()) == [1, 2]


@pytest.mark.parametrize(
    ("indices", "error", "message"),
    [
        ([True, False] * 3, TypeError, r"got bool of .*True, False, .* np\.flatnonzero\(mask\)"),
        (torch.ones(6, dtype=torch.bool), TypeError, r"got bool of shape \(6,\): \[True, True"),
        ([0, 1.5], TypeError, r"a sequence of ints, got float64 of .*: \[0\.0, 1\.5\]"),
        ([[0, 1]], TypeError, r"a sequence of ints, got int64 of shape \(1, 2\): \[0, 1\]"),
        (["a"], TypeError, r"a sequence of ints, got .*'a'"),
        ([0, 6], ValueError, "rows of a dataset of 6, got 0 to 6"),
        ([-7, 0], ValueError, "rows of a dataset of 6, got -7 to 0"),
    ],
)
def test_a_subset_of_no_rows_of_its_dataset_is_refused(indices, error, message):
    for dataset in tensors, Subset(tensors, range(6)):
        with pytest.raises(error, match=r"Subset\.indices must be .*" + message):
            InverseFrequencySampler().to_torch_sampler(Subset(dataset, indices))


def test_a_subset_of_a_dataset_without_a_length_is_checked_against_its_labels():
    class Unsized(Dataset):
        targets = LABELS

    assert list(labels_of(Subset(Unsized(), [1, 3]))) == [1, 2]
    with pytest.raises(ValueError, match="must be rows of a dataset of 6, got 6 to 6"):
        labels_of(Subset(Unsized(), [6]))


@pytest.mark.parametrize(
    "transform",
    [
        {0: 4, 1: 3, 2: 3}.get,
        lambda label: np.int64(3 + (label == 0)),
        lambda label: torch.tensor(3 + (label == 0)),
        # as in torch's own tutorial
        lambda label: torch.zeros(6).scatter_(0, torch.tensor(3 + (label == 0)), value=1),
        lambda label: [0, 0, 0, int(label > 0), int(label == 0)],
    ],
    ids=["int", "numpy", "tensor", "one-hot tensor", "one-hot list"],
)
@pytest.mark.parametrize(
    "shown",
    [{"targets": LABELS}, {"labels": torch.tensor(LABELS)}, {"_samples": folder_samples}],
    ids=["list", "tensor", "pairs"],
)
def test_labels_are_those_after_the_target_transform(shown, transform):
    dataset = Unloadable(**shown, target_transform=transform)
    expected = [4 if label == 0 else 3 for label in LABELS]
    assert labels_of(dataset).tolist() == expected
    assert labels_of(Subset(dataset, [1, 0])).tolist() == expected[1::-1]
    assert labels_of(ConcatDataset([dataset, dataset])).tolist() == expected * 2


def test_texts_and_bools_go_in_and_out_of_target_transforms():
    dataset = Unloadable(3, targets=["cat", "dog", "wolf"], target_transform="wolf".__eq__)
    assert labels_of(dataset).tolist() == [False, False, True]
    dataset = Unloadable(3, targets=[0, 1, 1], target_transform=["ham", "spam"].__getitem__)
    assert labels_of(dataset).tolist() == ["ham", "spam", "spam"]


counter, noise = itertools.count(), random.Random(0)


@pytest.mark.parametrize(
    ("transform", "error", "message"),
    [
        ({0: 0, 1: 1}.__getitem__, ValueError, r"fails for label 2 \(KeyError\(2\)\)"),
        (float, TypeError, r"gives 0\.0 for label 0, wanted a class: an int, a bool or a str"),
        (lambda label: torch.tensor(label / 2), TypeError, r"gives tensor\(0\.\) for label 0"),
        (
            lambda label: torch.tensor([label, 5]),
            TypeError,
            r"gives tensor\(\[0, 5\]\) for label 0",
        ),
        (lambda label: (label, "x"), TypeError, r"gives \(0, 'x'\) for label 0, wanted a class"),
        ({0: 0, 1: 1}.get, TypeError, "gives None for label 2, wanted a class"),
        (
            lambda _: next(counter),
            ValueError,
            "gives 0 and then 3 for the same label 0",
        ),
        (
            lambda label: noise.random() < 0.1 or label > 0,
            ValueError,
            "gives False and then True for the same label 0",
        ),
    ],
)
def test_target_transforms_that_are_no_function_of_the_label_are_refused(transform, error, message):
    dataset = Unloadable(targets=LABELS, target_transform=transform)
    with pytest.raises(
        error, match=f"target_transform of Unloadable {message}.* Give the labels .* as labels="
    ):
        labels_of(dataset)
    BalancedDataLoader(dataset, labels=LABELS)


def test_target_transforms_of_label_columns_are_refused():
    dataset = Unloadable(targets=torch.eye(6), target_transform=lambda label: label)
    with pytest.raises(ValueError, match="has a target_transform and several label columns"):
        labels_of(dataset)


def test_a_target_transform_is_asked_for_labels_of_the_subset_alone():
    dataset = Unloadable(targets=LABELS, target_transform={0: "a", 1: "b"}.__getitem__)
    assert labels_of(Subset(dataset, [0, 1, 2])).tolist() == ["a", "b", "a"]
    assert list(labels_of_dataset(dataset, [1, 2])) == ["b", "a"]


def test_a_target_transform_is_asked_for_each_label_and_not_for_each_row():
    asked = []
    dataset = Unloadable(
        100_000, targets=np.arange(100_000) % 2, target_transform=lambda x: asked.append(x) or x
    )
    labels_of(dataset)
    assert set(asked) == {0, 1}
    assert {type(label) for label in asked} == {int}
    assert len(asked) <= 100


def test_get_labels_has_the_last_word():
    dataset = WithGetLabels(targets=[9] * 6, target_transform=lambda label: label + 1)
    assert labels_of(dataset) == LABELS


class WithTransform(Subset):
    """A Subset with a transform of its own, as for the training part of a split."""

    def __init__(self, dataset, indices, target_transform):
        super().__init__(dataset, indices)
        self.target_transform = target_transform


class Delegating(Subset):
    """A Subset that shows the attributes of its dataset."""

    def __getattr__(self, name):
        return getattr(self.dataset, name)


def test_a_subset_transforms_labels_once_more_only_if_it_has_a_transform_of_its_own():
    dataset = Unloadable(targets=LABELS, target_transform=lambda label: label + 1)
    own = WithTransform(dataset, [3, 0], lambda label: label * 10)
    assert labels_of(own).tolist() == [30, 10]
    assert labels_of(Delegating(dataset, [3, 0])).tolist() == [3, 1]


def test_samples_that_were_relabelled_beside_targets_are_refused():
    relabelled = [(path, min(label, 1)) for path, label in folder_samples]
    with pytest.raises(ValueError, match="several labels that differ: targets, samples"):
        labels_of(Unloadable(targets=LABELS, samples=relabelled))
    with pytest.raises(ValueError, match="several labels that differ: targets, imgs"):
        labels_of(Unloadable(targets=LABELS, imgs=relabelled))
    with pytest.raises(ValueError, match="several labels that differ: _labels, _samples"):
        labels_of(Unloadable(_labels=LABELS, _samples=relabelled))


def test_labels_given_in_no_container_are_refused_by_their_reader():
    with pytest.raises(TypeError, match=r"labels must be one for each row .* got list_iterator"):
        InverseFrequencySampler().to_torch_sampler(Unloadable(), labels=iter(LABELS))
