"""When correcting probabilities helps, and when it does not: log-losses of several models.

`evidence.py --only probabilities` prints the table. Each model is trained on the rows as they are
and on resampled ones, and its probabilities for held-out rows are scored as they are and corrected
for the shift of the prior.
"""

from typing import NamedTuple

import numpy as np
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
HEAD = "without resampling", "resampled", "resampled, corrected"


def run_probabilities(name, seed):
    """The log-losses of a model: trained on the rows as they are, on resampled ones, corrected."""
    setup = SETUPS[name]
    X, y = make_classification(
        n_samples=setup.n_rows, n_informative=5, weights=[1 - setup.share], random_state=seed
    )
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.4, stratify=y, random_state=seed)
    model = setup.model(**setup.options)
    if "random_state" in model.get_params():
        model.set_params(random_state=seed)
    sampler = InverseFrequencySampler(n_samples=setup.n_samples, random_state=seed)
    corrected = PriorCorrectedClassifier(model, sampler=sampler).fit(X, y)
    plain = model.fit(X, y)
    return [
        log_loss(y_test, np.clip(proba, 1e-12, 1))
        for proba in (
            plain.predict_proba(X_test),
            corrected.estimator_.predict_proba(X_test),
            corrected.predict_proba(X_test),
        )
    ]
