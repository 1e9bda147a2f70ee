"""When correcting probabilities helps, and when it does not: log-losses of several models.

`evidence.py --only probabilities` prints the table. Each model is trained on the rows as they are
and on resampled ones, and its probabilities for held-out rows are scored as they are and corrected
for the shift of the prior. The last figure is the corrected log-loss less that without resampling:
below 0, the correction helps. scikit-learn's log_loss counts a probability of 0 as 2**-52, so a row
of a class that a forest holds for impossible costs 36.
"""

from typing import NamedTuple

from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from skbalance import InverseFrequencySampler, PriorCorrectedClassifier


class Setup(NamedTuple):
    """A model, how many rows are drawn, and the data: their number, and the rare class's share."""

    model: type
    n_samples: str | None
    n_rows: int
    share: float
    options: dict


SETUPS = {
    "logistic regression": Setup(LogisticRegression, None, 20_000, 0.03, {}),
    "gradient boosting": Setup(HistGradientBoostingClassifier, None, 20_000, 0.03, {}),
    "random forest": Setup(RandomForestClassifier, "under", 8_000, 0.05, {}),
    "random forest, leaves of 10 rows": Setup(
        RandomForestClassifier, "under", 8_000, 0.05, {"min_samples_leaf": 10}
    ),
}
HEAD = "without resampling", "resampled", "corrected", "corrected less without"


def run_probabilities(name, seed):
    """A model's log-losses, trained on the rows as they are, on resampled ones, and corrected."""
    setup = SETUPS[name]
    X, X_test, y, y_test = split(setup, seed)
    model = setup.model(**setup.options)
    if "random_state" in model.get_params():
        model.set_params(random_state=seed)
    sampler = InverseFrequencySampler(n_samples=setup.n_samples, random_state=seed)
    balanced = PriorCorrectedClassifier(model, sampler=sampler).fit(X, y)
    plain, resampled, corrected = (
        log_loss(y_test, fitted.predict_proba(X_test))
        for fitted in (model.fit(X, y), balanced.estimator_, balanced)
    )
    return [plain, resampled, corrected, corrected - plain]


def split(setup, seed):
    """Training and test rows, and their classes."""
    X, y = make_classification(setup.n_rows, weights=[1 - setup.share], random_state=seed)
    return train_test_split(X, y, stratify=y, random_state=seed)
