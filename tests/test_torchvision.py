"""The labels found in torchvision's own datasets are those of their items."""

import importlib
import importlib.util
import os
import sys
from unittest import mock

import numpy as np
import PIL.Image
import pytest
import torch
from torch.utils.data import ConcatDataset, Subset

from skbalance import InverseFrequencySampler
from skbalance.torch import BalancedDataLoader
from skbalance.torch._dataset_labels import labels_of_dataset

LABELS = [0, 1, 2, 3, 0, 0, 1]
PATHS = [f"{row}.png" for row in range(7)]
PAIRS = list(zip(PATHS, LABELS, strict=True))


@pytest.fixture(scope="module")
def vision():
    """torchvision.datasets; the folder TORCHVISION is searched, too, where that is set.

    Not installed with the other test requirements, as its wheels do not fit a torch that is built
    for CPUs: importing them fails, and so does importing whatever looks for torchvision by itself
    (lightning, transformers).
    """
    with pytest.MonkeyPatch.context() as patch:
        if folder := os.environ.get("TORCHVISION"):
            patch.syspath_prepend(folder)
        if importlib.util.find_spec("torchvision") is None:
            message = (
                "torchvision is not there: pip install --no-deps --target FOLDER "
                "torchvision==0.28.0, and set TORCHVISION=FOLDER"
            )
            pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
        try:
            yield importlib.import_module("torchvision.datasets")
            return
        except RuntimeError:  # the wheels' compiled operators, which no dataset needs
            patch.setattr("torch.library.register_fake", lambda *_, **__: lambda function: function)
        yield importlib.import_module("torchvision.datasets")
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]  # so that nobody else finds it


def images(*shape):
    return torch.zeros(7, *shape, dtype=torch.uint8)


# What the constructors would read from the disk. The items are made by torchvision itself, so that
# an attribute that it renames is missed there.
FOUND = {
    "ImageFolder": {"samples": PAIRS, "targets": LABELS, "imgs": PAIRS},
    "DatasetFolder": {"samples": PAIRS, "targets": LABELS},
    "ImageNet": {"samples": PAIRS, "targets": LABELS, "imgs": PAIRS},
    "EuroSAT": {"samples": PAIRS, "targets": LABELS, "imgs": PAIRS},
    "Country211": {"samples": PAIRS, "targets": LABELS, "imgs": PAIRS},
    "MNIST": {"data": images(4, 4), "targets": torch.tensor(LABELS)},
    "FashionMNIST": {"data": images(4, 4), "targets": torch.tensor(LABELS)},
    "KMNIST": {"data": images(4, 4), "targets": torch.tensor(LABELS)},
    "EMNIST": {"data": images(4, 4), "targets": torch.tensor(LABELS)},
    "CIFAR10": {"data": images(4, 4, 3).numpy(), "targets": LABELS},
    "CIFAR100": {"data": images(4, 4, 3).numpy(), "targets": LABELS},
    "SVHN": {"data": images(3, 4, 4).numpy(), "labels": np.array(LABELS)},
    "STL10": {"data": images(3, 4, 4).numpy(), "labels": np.array(LABELS)},
    "SEMEION": {"data": images(4, 4).numpy(), "labels": np.array(LABELS)},
    "USPS": {"data": images(4, 4).numpy(), "targets": LABELS},
    "Places365": {"imgs": PAIRS, "targets": LABELS},
    "LFWPeople": {"data": PATHS, "targets": LABELS},
    "LFWPairs": {"data": list(zip(PATHS, PATHS, strict=True)), "targets": LABELS},
    "Caltech101": {
        "y": LABELS,
        "index": range(7),
        "categories": "abcd",
        "target_type": ["category"],
    },
    "Caltech256": {"y": LABELS, "index": range(7), "categories": "abcd"},
    "Food101": {"_image_files": PATHS, "_labels": LABELS},
    "DTD": {"_image_files": PATHS, "_labels": LABELS},
    "Flowers102": {"_image_files": PATHS, "_labels": LABELS},
    "SUN397": {"_image_files": PATHS, "_labels": LABELS},
    "FGVCAircraft": {"_image_files": PATHS, "_labels": LABELS},
    "CLEVRClassification": {"_image_files": PATHS, "_labels": LABELS},
    "OxfordIIITPet": {
        "_images": PATHS,
        "_labels": LABELS,
        "_bin_labels": [0] * 7,
        "_target_types": ["category"],
    },
    "GTSRB": {"_samples": PAIRS},
    "StanfordCars": {"_samples": PAIRS},
    "RenderedSST2": {"_samples": PAIRS},
    "Imagenette": {"_samples": PAIRS},
    "FER2013": {"_samples": list(zip(images(48, 48), LABELS, strict=True))},
}


def made(vision, name, attributes, target_transform=None, **transforms):
    """A dataset of that class, as if it were on the disk."""
    kind = getattr(vision, name)
    dataset = kind.__new__(kind)
    vision.VisionDataset.__init__(dataset, "root", target_transform=target_transform, **transforms)
    image = PIL.Image.new("RGB", (4, 4))
    dataset.__dict__.update(loader=lambda _: image, _loader=lambda _: image, **attributes)
    return dataset


@pytest.mark.parametrize("transform", [None, lambda label: label // 2], ids=["plain", "joined"])
@pytest.mark.parametrize("name", FOUND)
def test_labels_are_those_of_the_items(vision, name, transform, monkeypatch):
    monkeypatch.setattr("PIL.Image.open", lambda *_: PIL.Image.new("RGB", (4, 4)))
    dataset = made(vision, name, FOUND[name], transform)
    labels_of_items = [dataset[row][-1] for row in range(len(dataset))]
    assert labels_of_items == [label if transform is None else label // 2 for label in LABELS]
    monkeypatch.setattr(type(dataset), "__getitem__", None)  # no item is loaded
    assert np.asarray(labels_of_dataset(dataset)).tolist() == labels_of_items


def test_the_table_above_leaves_out_no_dataset_of_one_label_an_image(vision):
    others = {
        # no label in any attribute
        "CelebA", "FakeData", "INaturalist", "LSUN", "LSUNClass", "Omniglot", "PCAM",
        # labels of several columns
        "QMNIST",
        # videos
        "HMDB51", "Kinetics", "MovingMNIST", "UCF101",
        # another task
        "Cityscapes", "CocoCaptions", "CocoDetection", "Flickr30k",
        "Flickr8k", "Kitti", "PhotoTour", "SBDataset", "SBU", "VOCDetection", "VOCSegmentation",
        "VisionDataset", "WIDERFace",
    }  # fmt: skip
    known = {
        name
        for name, kind in vars(vision).items()
        if isinstance(kind, type)
        and issubclass(kind, vision.VisionDataset)
        and not {"FlowDataset", "StereoMatchingDataset"} & {base.__name__ for base in kind.__mro__}
    }
    assert known - others == set(FOUND)


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("CelebA", {"attr": torch.zeros(7, 40), "target_type": ["attr"]}),
        ("INaturalist", {"index": [(label, path) for path, label in PAIRS]}),
        ("Omniglot", {"_flat_character_images": PAIRS}),
        ("PCAM", {"_split": "train"}),
        ("LSUNClass", {"length": 7}),
    ],
)
def test_what_other_datasets_keep_elsewhere_is_not_found(vision, name, attributes):
    with pytest.raises(TypeError, match=f"{name} shows no labels: .* Give them as labels="):
        labels_of_dataset(made(vision, name, attributes))


def test_labels_of_generated_images_are_given(vision):
    dataset = vision.FakeData(
        size=60, image_size=(3, 4, 4), num_classes=2, transform=lambda _: torch.zeros(1)
    )
    with pytest.raises(TypeError, match="FakeData shows no labels"):
        BalancedDataLoader(dataset)
    labels = [label for _, label in dataset]
    loader = BalancedDataLoader(dataset, labels=labels, batch_size=10, random_state=0)
    assert [int(y.sum()) for _, y in loader] == [5] * 6


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("OxfordIIITPet", {"_target_types": ["binary-category"]}),
        ("OxfordIIITPet", {"_target_types": ["category", "segmentation"]}),
        ("Caltech101", {"target_type": ["annotation"]}),
    ],
)
def test_other_targets_than_class_labels_are_refused(vision, name, kinds):
    dataset = made(vision, name, FOUND[name] | kinds)
    (kinds,) = kinds.values()
    with pytest.raises(ValueError, match=f"The targets of {name} are {', '.join(kinds)}, not"):
        labels_of_dataset(dataset)


def test_labels_of_videos_are_not_taken_for_those_of_their_clips(vision):
    dataset = made(vision, "UCF101", {"samples": PAIRS, "video_clips": mock.Mock()})
    with pytest.raises(
        TypeError, match="UCF101 has a label for each video, but its rows are clips"
    ):
        labels_of_dataset(dataset)


@pytest.mark.parametrize("name", ["OxfordIIITPet", "CIFAR10"])
def test_transforms_that_may_change_targets_unseen_are_refused(vision, name):
    joint = made(vision, name, FOUND[name], transforms=lambda image, target: (image, target // 2))
    with pytest.raises(TypeError, match=f"{name} has a function transforms= of image and target"):
        labels_of_dataset(joint)
    changed = made(vision, name, FOUND[name], transform=lambda image: image)
    changed.target_transform = lambda label: label // 2  # applied by CIFAR10, not by OxfordIIITPet
    with pytest.raises(ValueError, match=f"{name} has two target transforms that differ, target_t"):
        labels_of_dataset(changed)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Tiny images of three classes: 71, 12 and 11."""
    folder = tmp_path_factory.mktemp("images")
    for label, n_images in {"cat": 71, "dog": 12, "wolf": 11}.items():
        (folder / label).mkdir()
        for number in range(n_images):
            PIL.Image.new("RGB", (2, 2)).save(folder / label / f"{number}.png")
    return folder


def cat_or_not(label):
    return min(label, 1)


def test_a_folder_whose_classes_are_joined_is_balanced_as_the_model_sees_it(vision, folder):
    dataset = vision.ImageFolder(
        folder, transform=lambda _: torch.zeros(1), target_transform=cat_or_not
    )
    seen = torch.cat([y for _, y in BalancedDataLoader(dataset, batch_size=10, random_state=0)])
    assert torch.bincount(seen).tolist() == [47, 47]


def unloadable(path):
    raise AssertionError(f"{path} was loaded")


def test_target_transforms_are_found_through_subsets_and_joined_datasets(vision, folder):
    plain = vision.ImageFolder(folder, loader=unloadable)
    joined = vision.ImageFolder(folder, loader=unloadable, target_transform=cat_or_not)
    sampler = InverseFrequencySampler()
    for dataset, counts in [
        (Subset(joined, range(60, 94)), [11, 23]),
        (Subset(Subset(joined, range(60, 94)), range(20)), [11, 9]),
        (ConcatDataset([joined, joined]), [142, 46]),
        (ConcatDataset([joined, plain]), [142, 35, 11]),
        (Subset(ConcatDataset([joined, plain]), range(60, 94)), [11, 23]),
    ]:
        sampler.to_torch_sampler(dataset)
        assert sampler.class_counts_.tolist() == counts


def test_relabelled_samples_beside_stale_targets_are_refused(vision, folder):
    dataset = vision.ImageFolder(folder, loader=unloadable)
    dataset.samples = [(path, min(label, 1)) for path, label in dataset.samples]
    with pytest.raises(ValueError, match="several labels that differ: targets, samples"):
        labels_of_dataset(dataset)
    dataset.targets = [label for _, label in dataset.samples]  # imgs, an older name, may stay
    assert labels_of_dataset(dataset) == dataset.targets
