"""The points of a curve by strength, from the results of a search, and what they are called."""

from __future__ import annotations

import re
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

# Words of scikit-learn's names of scores that read better otherwise.
WORDS: dict[str, Any] = {
    r"neg\b": "negative",
    r"log loss\b": "log-loss",
    r"roc auc\b": "ROC AUC",
    r"(f1|r2|d2)\b": lambda found: found[0].upper(),
    r"(brier|jaccard|gini)\b": lambda found: found[0].capitalize(),
    r"ovr\b": "one-vs-rest",
    r"ovo\b": "one-vs-one",
}

# Longer values of a setting are cut.
MOST_LETTERS = 24


class Points(NamedTuple):
    """Candidates of a search, setting by setting, strengths rising within each."""

    strengths: Any
    mean_scores: Any
    std_scores: Any
    min_scores: Any
    max_scores: Any
    settings: Any


def points_of(search: Any, parameter: str | None, metric: str | None) -> tuple[Points, str]:
    """The points of a finished search, and what its score is called."""
    results = search.cv_results_
    parameter, metric = _parameter_and_metric(results, parameter, metric)
    shown = np.flatnonzero(_candidates(results, parameter))
    strengths = _as_floats(results[f"param_{parameter}"][shown])
    mean, std = (np.asarray(results[f"{of}_test_{metric}"])[shown] for of in ("mean", "std"))
    names, codes = _settings(results, parameter, shown)
    # A search may try a candidate twice: the better score stands. One that is NaN is the worst.
    ranked = np.lexsort((np.nan_to_num(-mean, nan=np.inf), strengths, codes))
    _, first = np.unique(np.stack([codes, strengths])[:, ranked], axis=1, return_index=True)
    best = ranked[first]
    folds = _folds(results, metric, shown[best])
    points = Points(
        strengths[best],
        mean[best],
        std[best],
        None if folds is None else folds.min(axis=0),
        None if folds is None else folds.max(axis=0),
        None if len(names) == 1 else np.array([names[code] for code in codes[best]], dtype=object),
    )
    return points, _score_name(search, metric)


def _settings(results: Any, parameter: str, shown: Any) -> tuple[list[str], Any]:
    """Names of what else was searched, in the order in which they come up, and each one's code."""
    columns = {
        name.removeprefix("param_"): np.ma.asarray(results[name], dtype=object)[shown]
        for name in results
        if name.startswith("param_") and name != f"param_{parameter}"
    }
    texts = {name: [_text(value) for value in column] for name, column in columns.items()}
    texts = {name: _cut(values) for name, values in texts.items() if len(set(values)) > 1}
    short = [name.split("__")[-1] for name in texts]
    is_clear = len(set(short)) == len(short)
    of_candidates = [
        ", ".join(
            f"{brief if is_clear else name}={value}"
            for name, brief, value in zip(texts, short, values, strict=True)
            if value is not None
        )
        or "as given"  # in one of several grids, which does not name any of them
        for values in zip(*texts.values(), strict=True)
    ] or [""] * len(shown)
    names = list(dict.fromkeys(of_candidates))
    return names, np.array([names.index(name) for name in of_candidates])


def _text(value: Any) -> str | None:
    """A value of a setting in one line; None where the candidate has none."""
    if value is np.ma.masked:
        return None
    return f"{value:.12g}" if isinstance(value, float) else " ".join(str(value).split())


def _cut(texts: list[str | None]) -> list[str | None]:
    """The texts, long ones cut, unless different ones would then be alike.

    >>> _cut(["x" * 99, "y", None])
    ['xxxxxxxxxxxxxxxxxxxxxxx…', 'y', None]
    """
    cut = [
        text[: MOST_LETTERS - 1] + "…" if text and len(text) > MOST_LETTERS else text
        for text in texts
    ]
    return cut if len(set(cut)) == len(set(texts)) else texts


def _folds(results: Any, metric: str, candidates: Any) -> Any:
    """The scores of these candidates by fold, or None where the results lack them."""
    of_fold = re.compile(rf"split\d+_test_{re.escape(metric)}")
    folds = [np.asarray(results[name])[candidates] for name in results if of_fold.fullmatch(name)]
    return np.stack(folds) if folds else None


def _parameter_and_metric(
    results: Any, parameter: str | None, metric: str | None
) -> tuple[str, str]:
    """The names of the strength and of the score in the results, as given or found."""
    searched = [name.removeprefix("param_") for name in results if name.startswith("param_")]
    metrics = [name.removeprefix("mean_test_") for name in results if name.startswith("mean_test_")]
    strengths = [name for name in searched if name.split("__")[-1] == "strength"]
    return (
        _chosen("parameter", parameter, searched, strengths),
        _chosen("metric", metric, metrics, metrics),
    )


def _chosen(what: str, given: str | None, known: list[str], candidates: list[str]) -> str:
    """The one that is asked for, or the only candidate."""
    if not isinstance(given, str | None):
        raise TypeError(f"{what} must be a name or None, got {given!r}.")
    if given is not None and given not in known:
        raise ValueError(f"{what} must be one of the search's {known}, got {given!r}.")
    if given is None and not candidates:
        raise ValueError(f"the search has no {what} that is called a strength, only {known}.")
    if given is None and len(candidates) > 1:
        raise ValueError(f"{what} must say which of {candidates} to plot, got None.")
    return candidates[0] if given is None else given


def _candidates(results: Any, parameter: str) -> Any:
    """Which candidates have a strength and, in a halving search, reached its last iteration."""
    # Where the search took a list of grids, some of them may be without strengths.
    shown = ~np.ma.getmaskarray(np.ma.asarray(results[f"param_{parameter}"]))
    if "iter" in results:
        shown &= results["iter"] == results["iter"].max()
    if not shown.any():
        raise ValueError(f"no candidate in the last iteration of the search has a {parameter}.")
    return shown


def _as_floats(strengths: Any) -> Any:
    for strength in strengths.tolist():
        if not isinstance(strength, Real):
            raise TypeError(f"strengths must be numbers to be plotted, got {strength!r}.")
    return np.array(strengths.tolist(), dtype=np.float64)


def _score_name(search: Any, metric: str) -> str:
    """What the score is called: a single metric by the search's scoring, if that is a name."""
    name = metric
    if metric == "score" and isinstance(search.scoring, str):
        name = search.scoring
    iterations = search.cv_results_.get("iter")
    last = "" if iterations is None else f", last of {iterations.max() + 1} iterations"
    return readable(name) + last


def readable(name: str) -> str:
    """A score's name in words.

    >>> readable("neg_log_loss"), readable("balanced_accuracy"), readable("roc_auc_ovr")
    ('negative log-loss', 'balanced accuracy', 'ROC AUC one-vs-rest')
    """
    words = name.replace("_", " ")
    for pattern, instead in WORDS.items():
        words = re.sub(rf"\b{pattern}", instead, words)
    return words
