"""The demonstration, ``python -m skbalance``: one network, trained on imbalanced digits in three
ways.
"""

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, log_loss, recall_score
from sklearn.model_selection import train_test_split

try:
    import matplotlib.pyplot as plt
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset
    from tqdm import tqdm
except ImportError as error:
    raise SystemExit(
        f"The demonstration needs {error.name}: pip install 'skbalance[demo]'"
    ) from None

from skbalance import InverseFrequencySampler

# The classes and the rarity of the experiment that made torchsampler known.
RARE_CLASSES = (2, 6, 9)
RARE_SHARE = 0.05
BATCH_SIZE = 64

CLASS_NAMES = [f"{c}*" if c in RARE_CLASSES else f"{c}" for c in range(10)]

PLAIN, WEIGHTED, SAMPLED = METHODS = (
    "plain shuffling",
    "class weights in the loss",
    "balanced sampler",
)
COLORS = dict(zip(METHODS, ("tab:blue", "tab:orange", "tab:green"), strict=True))


class Data(NamedTuple):
    """Training rows with rare classes, and test rows as they were."""

    X: torch.Tensor
    y: torch.Tensor
    X_test: torch.Tensor
    y_test: np.ndarray


def imbalanced_digits(seed: int) -> Data:
    """scikit-learn's 8 x 8 digits, 30% held out, and the rare classes' training rows cut down."""
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X / 16, y, test_size=0.3, stratify=y, random_state=seed)
    of_class = [np.flatnonzero(y == c) for c in range(10)]
    keep = [
        rows[: round(len(rows) * RARE_SHARE)] if c in RARE_CLASSES else rows
        for c, rows in enumerate(of_class)
    ]
    rows = np.concatenate(keep)
    as_tensor = lambda array: torch.as_tensor(array, dtype=torch.float32)  # noqa: E731
    return Data(as_tensor(X[rows]), torch.as_tensor(y[rows]), as_tensor(X_test), y_test)


def train(
    loader: Any, X_test: torch.Tensor, weights: torch.Tensor | None, n_epochs: int, seed: int
) -> np.ndarray:
    """Test probabilities after each epoch, of shape (n_epochs, n_test_rows, 10), with a loss of
    those weights.
    """
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    loss = nn.CrossEntropyLoss(weight=weights)
    by_epoch = []
    for _ in range(n_epochs):
        for X, y in loader:
            optimizer.zero_grad()
            loss(network(X), y).backward()
            optimizer.step()
        with torch.no_grad():
            by_epoch.append(network(X_test).double().softmax(dim=1).numpy())
    return np.stack(by_epoch)


def train_by(data: Data, method: str, strength: float, n_epochs: int, seed: int) -> np.ndarray:
    """The same by one of the three methods."""
    sampler = InverseFrequencySampler(strength=strength, random_state=seed)
    rows = sampler.to_torch_sampler(data.y)
    weights = (
        torch.tensor(list(sampler.class_weight_.values()), dtype=torch.float32)
        if method == WEIGHTED
        else None
    )
    order: dict[str, Any] = {"sampler": rows} if method == SAMPLED else {"shuffle": True}
    loader = DataLoader(TensorDataset(data.X, data.y), batch_size=BATCH_SIZE, **order)
    return train(loader, data.X_test, weights, n_epochs, seed)


def print_distribution(before: np.ndarray, after: np.ndarray) -> None:
    """Rows of each class in an epoch, without and with the sampler."""
    print("Rows drawn in an epoch, by class (first seed):")
    for name, counts in ("class", range(10)), ("before", before), ("after", after):
        print(f"  {name:8s}" + "".join(f"{n:6d}" for n in counts))


def print_scores(y_test: list[np.ndarray], probabilities: dict[str, list[np.ndarray]]) -> None:
    """Recall of each class, balanced accuracy and log-loss after the last epoch: mean over seeds
    (standard deviation).
    """
    print(
        f"\nOn {len(y_test[0])} held-out rows, mean (standard deviation) over seeds: {len(y_test)}"
    )
    width = max(map(len, METHODS)) + 2
    print(" " * 30 + "".join(f"{method:>{width}s}" for method in METHODS))

    def row(name, score):
        cells = []
        for method in METHODS:
            scores = [score(y, p[-1]) for y, p in zip(y_test, probabilities[method], strict=True)]
            cells.append(f"{np.mean(scores):.3f} ({np.std(scores):.3f})")
        print(f"{name:30s}" + "".join(f"{cell:>{width}s}" for cell in cells))

    for c in range(10):
        rare = ", rare" if c in RARE_CLASSES else ""
        row(f"recall of {c}{rare}", lambda y, p, c=c: recall_score(y == c, p.argmax(axis=1) == c))
    for name, classes in (
        ("rare", RARE_CLASSES),
        ("other", [c for c in range(10) if c not in RARE_CLASSES]),
    ):
        row(
            f"recall, {name} classes",
            lambda y, p, c=classes: recall_score(y, p.argmax(axis=1), labels=c, average="macro"),
        )
    row("balanced accuracy", lambda y, p: balanced_accuracy_score(y, p.argmax(axis=1)))
    row("log-loss (lower is better)", log_loss)


def draw_distribution(axis: Any, before: np.ndarray, after: np.ndarray) -> None:
    """Bars of the rows of each class, in the colours of plain shuffling and of the sampler."""
    axis.bar(np.arange(10) - 0.2, before, width=0.4, color=COLORS[PLAIN], label="before")
    axis.bar(np.arange(10) + 0.2, after, width=0.4, color=COLORS[SAMPLED], label="after")
    axis.set(
        title="Rows drawn in an epoch, by class (first seed)",
        xlabel="class (* made rare)",
        ylabel="rows",
    )
    axis.set_xticks(range(10), labels=CLASS_NAMES)
    axis.set_ylim(top=1.15 * max(before.max(), after.max()))  # room for the legend
    axis.legend(loc="upper center", ncols=2)


def draw_accuracy(
    axis: Any, y_test: list[np.ndarray], probabilities: dict[str, list[np.ndarray]]
) -> None:
    """Balanced accuracy by epoch: mean and range over seeds."""
    for method, color in COLORS.items():
        scores = np.array(
            [
                [balanced_accuracy_score(y, p.argmax(axis=1)) for p in by_epoch]
                for y, by_epoch in zip(y_test, probabilities[method], strict=True)
            ]
        )
        epochs = np.arange(1, scores.shape[1] + 1)
        axis.plot(epochs, scores.mean(axis=0), color=color, label=method)
        axis.fill_between(epochs, scores.min(axis=0), scores.max(axis=0), color=color, alpha=0.15)
    axis.set(title="Accuracy by epoch, mean and range over seeds", xlabel="epoch")
    axis.set(ylabel="balanced accuracy on held-out rows")
    axis.legend(loc="lower right")


def draw_confusion(
    axis: Any, method: str, y_test: list[np.ndarray], probabilities: list[np.ndarray]
) -> None:
    """Confusion matrix of the last epoch, all seeds together, each true class summing to 1."""
    predicted = np.concatenate([p[-1].argmax(axis=1) for p in probabilities])
    matrix = confusion_matrix(np.concatenate(y_test), predicted, normalize="true")
    axis.imshow(matrix, cmap="Blues", vmin=0, vmax=1)
    for (i, j), share in np.ndenumerate(matrix):
        if share >= 0.005:
            color = "white" if share > 0.5 else "black"
            axis.text(j, i, f"{share:.2f}", ha="center", va="center", fontsize=8, color=color)
    axis.set(
        title=f"Confusion matrix, {method}, all seeds",
        xlabel="predicted class",
        ylabel="true class (* made rare)",
    )
    axis.set_xticks(range(10), labels=CLASS_NAMES)
    axis.set_yticks(range(10), labels=CLASS_NAMES)


def save_picture(
    path: Path,
    before: np.ndarray,
    after: np.ndarray,
    y_test: list[np.ndarray],
    probabilities: dict[str, list[np.ndarray]],
) -> None:
    """Distributions, accuracy by epoch, and the confusion matrices without and with the sampler."""
    figure, axes = plt.subplots(2, 2, figsize=(12, 10), layout="constrained")
    draw_distribution(axes[0, 0], before, after)
    draw_accuracy(axes[0, 1], y_test, probabilities)
    for axis, method in zip(axes[1], (PLAIN, SAMPLED), strict=True):
        draw_confusion(axis, method, y_test, probabilities[method])
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> None:
    """Train, print and draw."""
    parser = argparse.ArgumentParser(prog="python -m skbalance", description=__doc__)
    parser.add_argument(
        "--seeds", type=int, default=5, help="number of repetitions (default: %(default)s)"
    )
    parser.add_argument(
        "--epochs", type=int, default=30, help="epochs of each training (default: %(default)s)"
    )
    parser.add_argument(
        "--strength",
        type=float,
        default=1.0,
        help="strength of the balancing (default: %(default)s)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("skbalance-demo.png"),
        help="picture (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    for name in "seeds", "epochs":
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1, got {getattr(options, name)}")
    if not (options.output.parent.is_dir() and options.output.suffix == ".png"):
        parser.error(f"--output must be a .png file in a folder that exists, got {options.output}")

    print(
        f"scikit-learn's digits, classes {RARE_CLASSES} cut to {RARE_SHARE:.0%} of their training rows.\n"
        f"A network of 64 hidden units, trained for {options.epochs} epochs in three ways.\n"
    )
    torch.set_num_threads(1)  # the network is too small to gain from more
    data = [imbalanced_digits(seed) for seed in range(options.seeds)]
    y_test = [one.y_test for one in data]
    before = np.bincount(data[0].y)
    try:
        sampler = InverseFrequencySampler(strength=options.strength, random_state=0).fit(
            None, data[0].y
        )
    except ValueError as error:
        parser.error(str(error))
    after = np.bincount(data[0].y[sampler.draw()])
    print_distribution(before, after)

    probabilities: dict[str, list[np.ndarray]] = {method: [] for method in METHODS}
    runs = [(method, seed) for seed in range(options.seeds) for method in METHODS]
    for method, seed in tqdm(runs, desc="training", unit="network"):
        probabilities[method].append(
            train_by(data[seed], method, options.strength, options.epochs, seed)
        )
    print_scores(y_test, probabilities)
    save_picture(options.output, before, after, y_test, probabilities)
    print(f"\nPicture: {options.output}")


if __name__ == "__main__":
    main()
