"""Trains one network on imbalanced digits in three ways, and compares the results."""

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, log_loss, recall_score
from sklearn.model_selection import train_test_split

# torch is imported here although this is not its folder, and matplotlib although this is not the
# place where a picture is drawn: the module is a program, which no other of the library imports.
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

from skbalance import ClassBalanceDisplay, InverseFrequencySampler

# The classes and the rarity of the experiment that made torchsampler known.
RARE_CLASSES = (2, 6, 9)
RARE_SHARE = 0.05
BATCH_SIZE = 64

# Beyond, weights of common classes vanish, and the loss of a batch without rare rows is 0 / 0.
MOST_STRENGTH = 10

CLASS_NAMES = [f"{c}*" if c in RARE_CLASSES else f"{c}" for c in range(10)]

PLAIN, WEIGHTED, SAMPLED = "plain shuffling", "class weights in the loss", "balanced sampler"
APPROACHES = PLAIN, WEIGHTED, SAMPLED
# Before is plain shuffling and after the balanced sampler, so they have ClassBalanceDisplay's blue
# and green.
COLORS = dict(zip(APPROACHES, ("tab:blue", "tab:orange", "tab:green"), strict=True))


class Data(NamedTuple):
    """Training rows, of which some classes are rare, and test rows, of which none is."""

    X: torch.Tensor
    y: torch.Tensor
    X_test: torch.Tensor
    y_test: np.ndarray


def imbalanced_digits(seed: int) -> Data:
    """scikit-learn's 8 x 8 digits: 30% are held out, and some classes are cut in the others."""
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X / 16, y, test_size=0.3, stratify=y, random_state=seed)
    kept = []
    for c in range(10):
        rows = np.flatnonzero(y == c)
        kept.append(rows[: round(len(rows) * RARE_SHARE)] if c in RARE_CLASSES else rows)
    rows = np.concatenate(kept)
    as_tensor = lambda array: torch.as_tensor(array, dtype=torch.float32)  # noqa: E731
    return Data(as_tensor(X[rows]), torch.as_tensor(y[rows]), as_tensor(X_test), y_test)


def train(
    loader: Any, X_test: torch.Tensor, weights: torch.Tensor | None, n_epochs: int, seed: int
) -> np.ndarray:
    """Probabilities of the test rows after each epoch, of shape (n_epochs, n_test_rows, 10).

    ``weights`` are those of the classes in the loss.
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


def train_by(approach: str, data: Data, strength: float, n_epochs: int, seed: int) -> np.ndarray:
    """What `train` returns, for one of the three approaches."""
    sampler = InverseFrequencySampler(strength=strength, random_state=seed)
    rows = sampler.to_torch_sampler(data.y)
    weights = None
    if approach == WEIGHTED:
        weights = torch.tensor(list(sampler.class_weight_.values()), dtype=torch.float32)
    order: dict[str, Any] = {"sampler": rows} if approach == SAMPLED else {"shuffle": True}
    loader = DataLoader(TensorDataset(data.X, data.y), batch_size=BATCH_SIZE, **order)
    return train(loader, data.X_test, weights, n_epochs, seed)


def print_distribution(before: np.ndarray, after: np.ndarray) -> None:
    """Print the rows of each class in an epoch, without and with the sampler."""
    print("Rows drawn in an epoch, by class (first seed):")
    for name, counts in ("class", range(10)), ("before", before), ("after", after):
        print(f"  {name:8s}" + "".join(f"{n:6d}" for n in counts))


def print_scores(y_test: list[np.ndarray], probabilities: dict[str, list[np.ndarray]]) -> None:
    """Print recalls, balanced accuracy and log-loss after the last epoch, averaged over seeds."""
    print(
        f"\nOn {len(y_test[0])} held-out rows, mean (standard deviation) over seeds: {len(y_test)}"
    )
    width = max(map(len, APPROACHES)) + 2
    print(" " * 30 + "".join(f"{approach:>{width}s}" for approach in APPROACHES))

    def row(name, score):
        cells = []
        for approach in APPROACHES:
            last = [by_epoch[-1] for by_epoch in probabilities[approach]]
            scores = [score(y, p) for y, p in zip(y_test, last, strict=True)]
            cells.append(f"{np.mean(scores):.3f} ({np.std(scores):.3f})")
        print(f"{name:30s}" + "".join(f"{cell:>{width}s}" for cell in cells))

    for c in range(10):
        rare = ", rare" if c in RARE_CLASSES else ""
        row(f"recall of {c}{rare}", lambda y, p, c=c: recall_score(y == c, p.argmax(axis=1) == c))
    other_classes = [c for c in range(10) if c not in RARE_CLASSES]
    for name, classes in ("rare", RARE_CLASSES), ("other", other_classes):
        row(
            f"recall, {name} classes",
            lambda y, p, c=classes: recall_score(y, p.argmax(axis=1), labels=c, average="macro"),
        )
    row("balanced accuracy", lambda y, p: balanced_accuracy_score(y, p.argmax(axis=1)))
    row("log-loss (lower is better)", log_loss)


def draw_distribution(axis: Any, before: np.ndarray, after: np.ndarray) -> None:
    """Draw the rows of each class in an epoch, without and with the sampler."""
    display = ClassBalanceDisplay(classes=CLASS_NAMES, counts=before, resampled_counts=after)
    display.plot(axis)
    axis.set(title="Rows drawn in an epoch (first seed)", xlabel="class (* made rare)")


def draw_accuracy(
    axis: Any, y_test: list[np.ndarray], probabilities: dict[str, list[np.ndarray]]
) -> None:
    """Draw balanced accuracy by epoch: its mean and its range over seeds."""
    for approach, color in COLORS.items():
        scores = np.array(
            [
                [balanced_accuracy_score(y, p.argmax(axis=1)) for p in by_epoch]
                for y, by_epoch in zip(y_test, probabilities[approach], strict=True)
            ]
        )
        epochs = np.arange(1, scores.shape[1] + 1)
        axis.plot(epochs, scores.mean(axis=0), color=color, label=approach)
        axis.fill_between(epochs, scores.min(axis=0), scores.max(axis=0), color=color, alpha=0.15)
    axis.set(title="Accuracy by epoch, mean and range over seeds", xlabel="epoch")
    axis.set(ylabel="balanced accuracy on held-out rows")
    axis.legend(loc="lower right")


def draw_confusion(
    axis: Any, approach: str, y_test: list[np.ndarray], probabilities: list[np.ndarray]
) -> None:
    """Draw the confusion matrix of the last epoch, over all seeds; each true class sums to 1."""
    predicted = np.concatenate([p[-1].argmax(axis=1) for p in probabilities])
    matrix = confusion_matrix(np.concatenate(y_test), predicted, normalize="true")
    axis.imshow(matrix, cmap="Blues", vmin=0, vmax=1)
    for (i, j), share in np.ndenumerate(matrix):
        if share >= 0.005:
            color = "white" if share > 0.5 else "black"
            axis.text(j, i, f"{share:.2f}", ha="center", va="center", fontsize=8, color=color)
    axis.set(
        title=f"Confusion matrix, {approach}, all seeds",
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
    """Save a picture of distributions, accuracy by epoch and two confusion matrices."""
    figure, axes = plt.subplots(2, 2, figsize=(12, 10), layout="constrained")
    draw_distribution(axes[0, 0], before, after)
    draw_accuracy(axes[0, 1], y_test, probabilities)
    for axis, approach in zip(axes[1], (PLAIN, SAMPLED), strict=True):
        draw_confusion(axis, approach, y_test, probabilities[approach])
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> None:
    """Train, print and draw."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    for name in "seeds", "epochs":
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1, got {getattr(options, name)}")
    if options.strength > MOST_STRENGTH:
        parser.error(f"--strength must be at most {MOST_STRENGTH}, got {options.strength}")
    if not (options.output.parent.is_dir() and options.output.suffix == ".png"):
        parser.error(f"--output must be a .png file in a folder that exists, got {options.output}")
    data = [imbalanced_digits(seed) for seed in range(options.seeds)]
    sampler = InverseFrequencySampler(strength=options.strength, random_state=0)
    try:
        sampler.fit(None, data[0].y)
    except ValueError as error:  # a strength that is no strength
        parser.error(str(error))

    print(
        f"scikit-learn's digits, classes {RARE_CLASSES} cut to {RARE_SHARE:.0%} of their training "
        f"rows.\nA network of 64 hidden units, trained for {options.epochs} epochs in three ways.\n"
    )
    before, after = np.bincount(data[0].y), np.bincount(data[0].y[sampler.draw()])
    print_distribution(before, after)
    torch.set_num_threads(1)  # the network is too small to gain from more
    probabilities: dict[str, list[np.ndarray]] = {approach: [] for approach in APPROACHES}
    runs = [(seed, approach) for seed in range(options.seeds) for approach in APPROACHES]
    for seed, approach in tqdm(runs, desc="training", unit="network"):
        probabilities[approach].append(
            train_by(approach, data[seed], options.strength, options.epochs, seed)
        )
    y_test = [of_seed.y_test for of_seed in data]
    print_scores(y_test, probabilities)
    save_picture(options.output, before, after, y_test, probabilities)
    print(f"\nPicture: {options.output}")


def make_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m skbalance", description=__doc__)
    options: dict[str, tuple[Any, Any, str]] = {
        "--seeds": (int, 5, "number of repetitions"),
        "--epochs": (int, 30, "epochs of each training"),
        "--strength": (float, 1.0, "strength of the balancing"),
        "--output": (Path, Path("skbalance-demo.png"), "picture"),
    }
    for name, (kind, default, text) in options.items():
        parser.add_argument(name, type=kind, default=default, help=f"{text} (default: %(default)s)")
    return parser


if __name__ == "__main__":
    main()
