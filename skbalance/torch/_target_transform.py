"""What a dataset does to its labels before a model sees them."""

import numpy as np

from skbalance._labels.codes import encode
from skbalance._labels.containers import label_array
from skbalance.torch._targets import n_labels

WAY_OUT = "Give the labels that the model sees as labels=..., one for each row."

# A transform is called so often in all, and at least twice with each label: if it is random, as one
# that adds noise to labels is, then some label gets two answers.
N_CALLS = 100


def transformed(labels, dataset, are_classes=True):
    """The labels after the dataset's target_transform, asked for each distinct label.

    >>> from types import SimpleNamespace
    >>> transformed([0, 1, 2], SimpleNamespace(target_transform=lambda label: label // 2)).tolist()
    [0, 0, 1]
    """
    transform = _transform_of(dataset)
    if transform is None or n_labels(labels) == 0:
        return labels
    if not are_classes:
        raise ValueError(
            f"{type(dataset).__name__} has a target_transform, which is only asked for classes. "
            f"{WAY_OUT}"
        )
    first = labels[0] if isinstance(labels, (list, tuple)) else 0
    if getattr(labels, "ndim", 1) > 1 or np.ndim(first) > 0:
        raise ValueError(
            f"{type(dataset).__name__} has a target_transform and several label columns. {WAY_OUT}"
        )
    classes, codes = encode(labels)
    answers = _answers(transform, classes.tolist(), type(dataset).__name__)
    return label_array(answers)[codes]


def check_targets(dataset):
    """Raise for a dataset of torchvision whose items have other targets than its class labels."""
    name = type(dataset).__name__
    kinds = getattr(dataset, "target_type", None) or getattr(dataset, "_target_types", None)
    if _is_vision_dataset(dataset) and kinds and list(kinds) != ["category"]:
        raise ValueError(
            f"The targets of {name} are {', '.join(kinds)}, not the class labels alone. {WAY_OUT}"
        )
    if _is_vision_dataset(dataset) and hasattr(dataset, "video_clips"):
        raise TypeError(
            f"{name} has a label for each video, but its rows are clips of them. {WAY_OUT}"
        )


def _is_vision_dataset(dataset):
    return any(kind.__name__ == "VisionDataset" for kind in type(dataset).__mro__)


def _transform_of(dataset):
    """The target_transform, or None; an error for what may change targets in another way.

    torchvision keeps two, the attribute and that within `transforms`. Most of its datasets apply
    the one, some the other.
    """
    transform = getattr(dataset, "target_transform", None)
    joint = getattr(dataset, "transforms", None) if _is_vision_dataset(dataset) else None
    if joint is None:
        return transform
    if not hasattr(joint, "target_transform"):
        raise TypeError(
            f"{type(dataset).__name__} has a function transforms= of image and target, which may "
            f"change the target, as a target_transform does. {WAY_OUT}"
        )
    if joint.target_transform is not transform:
        raise ValueError(
            f"{type(dataset).__name__} has two target transforms that differ, target_transform and "
            f"transforms.target_transform. {WAY_OUT}"
        )
    return transform


def _answers(transform, labels, name):
    """What the transform gives for each label, if it is a function of the label alone."""
    n_rounds = max(2, N_CALLS // len(labels))
    rounds = [[_answer(transform, label, name) for label in labels] for _ in range(n_rounds)]
    for label, *answers in zip(labels, *rounds, strict=True):
        other = next((answer for answer in answers if answer != answers[0]), answers[0])
        if other != answers[0]:
            raise ValueError(
                f"The target_transform of {name} gives {answers[0]!r} and then {other!r} for the "
                f"same label {label!r}. {WAY_OUT}"
            )
    return rounds[0]


def _answer(transform, label, name):
    """The class that the transform gives for a label, as Python's int, bool or str."""
    try:
        answer = transform(label)
    except Exception as error:
        raise ValueError(
            f"The target_transform of {name} fails for label {label!r} ({error!r}). {WAY_OUT}"
        ) from error
    # Tensors and numpy's scalars: equal ones would not count as one class.
    plain = answer.tolist() if hasattr(answer, "tolist") else answer
    if isinstance(plain, (list, tuple)) and plain.count(1) == 1 == len(plain) - plain.count(0):
        plain = plain.index(1)  # one-hot
    if not isinstance(plain, (bool, int, str)):
        raise TypeError(
            f"The target_transform of {name} gives {answer!r} for label {label!r}, wanted a class: "
            f"an int, a bool or a str. {WAY_OUT}"
        )
    return plain
