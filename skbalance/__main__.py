"""Trains one network on imbalanced digits in three ways, and compares the results."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss, recall_score
from sklearn.model_selection import train_test_split

# torch is imported here although this is not its folder, and matplotlib although this is not the
# place where a picture is drawn: the module is a program, which no other of the library imports.
try:
    import matplotlib.pyplot as plt
    import torch
    from PIL import Image
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

# The table shows what the network has learnt after so many epochs, and in the end.
EARLY = 2

# Beyond, weights of common classes vanish, and the loss of a batch without rare rows is 0 / 0.
MOST_STRENGTH = 10

PLAIN, WEIGHTED, SAMPLED = "plain shuffling", "class weights", "balanced sampler"
APPROACHES = PLAIN, WEIGHTED, SAMPLED
# Of the palette by Okabe and Ito, for all kinds of colour vision; they differ in brightness, too.
COLORS = dict(zip(APPROACHES, ("#767676", "#e69f00", "#0072b2"), strict=True))


def recall_of(classes: Iterable[int]) -> Callable[..., float]:
    """The mean recall of some classes, as a function of labels and probabilities."""
    labels = list(classes)
    return lambda y, p: recall_score(y, p.argmax(axis=1), labels=labels, average="macro")


# By measure and by approach, arrays of shape (n_seeds, n_epochs).
Scores = Mapping[str, Mapping[str, np.ndarray]]

RARE_RECALL = "recall of the rare digits"
MEASURES = {
    RARE_RECALL: recall_of(RARE_CLASSES),
    "recall of the other digits": recall_of(set(range(10)) - set(RARE_CLASSES)),
    "balanced accuracy": recall_of(range(10)),
    # Of the rows that are held out, none are rare.
    "log-loss at equal classes": log_loss,
}


class Data(NamedTuple):
    """Training rows, of which some classes are rare, and test rows, of which none is."""

    X: torch.Tensor
    y: torch.Tensor
    X_test: torch.Tensor
    y_test: np.ndarray


class Run(NamedTuple):
    """What `train` returns for one network, and how many rare rows each of its batches held."""

    probabilities: np.ndarray
    rare_rows: list[int]


class CountingLoader:
    """A loader that counts the rare rows of each batch."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.rare_rows: list[int] = []

    def __iter__(self) -> Iterator[Any]:
        for X, y in self.loader:
            self.rare_rows.append(int(np.isin(y, RARE_CLASSES).sum()))
            yield X, y


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


def train_by(approach: str, data: Data, strength: float, n_epochs: int, seed: int) -> Run:
    """The run of one network, by one of the three approaches."""
    sampler = InverseFrequencySampler(strength=strength, random_state=seed)
    batches = sampler.to_torch_batch_sampler(data.y, batch_size=BATCH_SIZE)
    order: dict[str, Any] = {"batch_size": BATCH_SIZE, "shuffle": True}
    if approach == SAMPLED:
        order = {"batch_sampler": batches}
    weights = None
    if approach == WEIGHTED:
        weights = torch.tensor(list(sampler.class_weight_.values()), dtype=torch.float32)
    loader = CountingLoader(DataLoader(TensorDataset(data.X, data.y), **order))
    return Run(train(loader, data.X_test, weights, n_epochs, seed), loader.rare_rows)


def scores(data: list[Data], runs: Mapping[str, list[Run]]) -> Scores:
    """Each measure of each approach, of shape (n_seeds, n_epochs)."""
    y_test = [of_seed.y_test for of_seed in data]
    return {
        measure: {
            approach: np.array(
                [
                    [score(y, p) for p in run.probabilities]
                    for y, run in zip(y_test, of_seeds, strict=True)
                ]
            )
            for approach, of_seeds in runs.items()
        }
        for measure, score in MEASURES.items()
    }


def print_distribution(before: np.ndarray, after: np.ndarray) -> None:
    """Print the rows of each digit in an epoch, without and with the sampler."""
    print("Rows of each digit in an epoch (first seed):")
    for name, counts in ("digit", range(10)), ("before", before), ("after", after):
        print(f"  {name:8s}" + "".join(f"{n:6d}" for n in counts))


def print_table(runs: Mapping[str, list[Run]], of_measure: Scores, epochs: list[int]) -> None:
    """Print what the batches held, and what the networks had learnt after some epochs."""

    def line(name: str, cells: Iterable[str]) -> None:
        print(f"{name:36s}" + "".join(f"{cell:>18s}" for cell in cells))

    line("", APPROACHES)
    counts = [[n for run in of_seeds for n in run.rare_rows] for of_seeds in runs.values()]
    line("rare rows in a batch", [f"{min(n)} to {max(n)}" for n in counts])
    for epoch in epochs:
        print(f"after {_epochs(epoch)}")
        for measure, by_approach in of_measure.items():
            reached = [by_epoch[:, epoch - 1] for by_epoch in by_approach.values()]
            line(f"  {measure}", [f"{s.mean():.3f} ({s.std():.3f})" for s in reached])


def conclusion(recalls: Mapping[str, np.ndarray], epoch: int) -> str:
    """A sentence: how many of the rare digits are recognised after some epochs, and who is ahead.

    An approach is ahead of another if their mean difference, seed by seed, is above two standard
    errors.
    """
    reached = {approach: by_epoch[:, epoch - 1] for approach, by_epoch in recalls.items()}
    best, *others = sorted(reached, key=lambda approach: -reached[approach].mean())
    level = [best]
    for other in others:
        gaps = reached[best] - reached[other]
        error = gaps.std(ddof=1) / len(gaps) ** 0.5 if len(gaps) > 1 else 0
        level += [other] if gaps.mean() <= 2 * error else []
    verdict = f"{_named(best)} is ahead"
    if len(level) > 1:
        *first, last = map(_named, level)
        verdict = f"no measurable difference between {', '.join(first)} and {last}"
    found = {approach: _found(recalls, approach, epoch) for approach in (best, *others)}
    second, third = (f"{found[other]} with {_named(other)}" for other in others)
    return (
        f"After {_epochs(epoch)} the network recognises {found[best]} of the rare digits with "
        f"{_named(best)}, {second} and {third}: {verdict}."
    )


def draw_distribution(axis: Any, before: np.ndarray, after: np.ndarray) -> None:
    """Draw the rows of each digit in an epoch, without and with the sampler."""
    for shift, counts, approach in (-0.2, before, PLAIN), (0.2, after, SAMPLED):
        axis.bar(np.arange(10) + shift, counts, 0.4, color=COLORS[approach], label=approach)
    names = [f"{c}\nrare" if c in RARE_CLASSES else f"{c}" for c in range(10)]
    axis.set_xticks(range(10), names)
    axis.set_title("Rows of each digit in an epoch", loc="left")
    axis.set_ylim(0, 1.35 * max(before.max(), after.max()))
    axis.legend(ncols=2, frameon=False, loc="upper right", borderaxespad=0)


def draw_recalls(axis: Any, recalls: Mapping[str, np.ndarray]) -> None:
    """Draw recall of the rare digits by epoch: its mean and its range over seeds."""
    for approach, by_seed in recalls.items():
        epochs, color = np.arange(1, by_seed.shape[1] + 1), COLORS[approach]
        axis.plot(epochs, by_seed.mean(axis=0), "o-", lw=2.5, ms=5, color=color, label=approach)
        axis.fill_between(epochs, by_seed.min(axis=0), by_seed.max(axis=0), color=color, alpha=0.15)
    axis.set_title("Rare digits recognised (recall)", loc="left")
    axis.set(xlabel="epochs of training", xlim=(0, None), ylim=(0, 1))
    axis.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axis.legend(frameon=False, loc="lower right")


def save_picture(
    path: Path, before: np.ndarray, after: np.ndarray, recalls: Mapping[str, np.ndarray]
) -> None:
    """Save a picture of the distributions and of what comes of them, legible on a phone."""
    epoch = min(EARLY, recalls[PLAIN].shape[1])
    plain, weighted, sampled = (_found(recalls, approach, epoch) for approach in APPROACHES)
    with plt.rc_context({"font.size": 16, "axes.spines.top": False, "axes.spines.right": False}):
        figure, axes = plt.subplots(2, figsize=(8, 8), height_ratios=(2, 3), layout="constrained")
        figure.suptitle(
            f"After {_epochs(epoch)} the sampler finds {sampled} of rare digits,\n"
            f"class weights {weighted}, plain shuffling {plain}",
            fontweight="bold",
        )
        draw_distribution(axes[0], before, after)
        draw_recalls(axes[1], recalls)
        figure.savefig(drawn := BytesIO(), dpi=130)
        plt.close(figure)
    # With a palette the file is less than half as large.
    Image.open(drawn).convert("RGB").quantize().save(path, optimize=True)


def _found(recalls: Mapping[str, np.ndarray], approach: str, epoch: int) -> str:
    return f"{recalls[approach][:, epoch - 1].mean():.0%}"


def _named(approach: str) -> str:
    return f"the {approach}" if approach == SAMPLED else approach


def _epochs(number: int) -> str:
    return f"{number} epoch{'s' * (number > 1)}"


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
        f"scikit-learn's digits, of which 2, 6 and 9 are cut to {RARE_SHARE:.0%} of their training "
        f"rows.\nA small network learns them for {_epochs(options.epochs)}, in three ways.\n"
    )
    before, after = np.bincount(data[0].y), np.bincount(data[0].y[sampler.draw()])
    print_distribution(before, after)
    torch.set_num_threads(1)  # the network is too small to gain from more
    runs: dict[str, list[Run]] = {approach: [] for approach in APPROACHES}
    jobs = [(seed, approach) for seed in range(options.seeds) for approach in APPROACHES]
    for seed, approach in tqdm(jobs, desc="training", unit="network"):
        run = train_by(approach, data[seed], options.strength, options.epochs, seed)
        runs[approach].append(run)
    of_measure, epochs = scores(data, runs), sorted({min(EARLY, options.epochs), options.epochs})
    print(
        f"\nOn {len(data[0].y_test)} held-out rows, mean (standard deviation) over "
        f"{options.seeds} seed{'s' * (options.seeds > 1)}:"
    )
    print_table(runs, of_measure, epochs)
    save_picture(options.output, before, after, of_measure[RARE_RECALL])
    print(f"\nPicture: {options.output}\n")
    for epoch in epochs:
        print(conclusion(of_measure[RARE_RECALL], epoch))


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
