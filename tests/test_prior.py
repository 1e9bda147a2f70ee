"""Probabilities under the resampled prior become probabilities under the original one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from left_out import optional
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from skbalance import InverseFrequencySampler
from skbalance._prior import shift_proba

torch = optional("torch")

Y = np.array([0] * 900 + [1] * 80 + [2] * 20)

positive = st.floats(1e-6, 1)
probabilities = arrays(np.float64, (5, 3), elements=positive).map(
    lambda p: p / p.sum(axis=1, keepdims=True)
)


def fitted(y=Y, **parameters):
    return InverseFrequencySampler(**{"random_state": 0, **parameters}).fit(None, y)


@given(probabilities, st.floats(0, 2), st.sampled_from([None, 0.3, 5000, "over", "under"]))
def test_it_is_bayes_rule(proba, strength, n_samples):
    """p(x | c) is p'(c | x) / pi'_c, whatever the prior: weighted by the original one and
    normalised, it is p(c | x)."""
    sampler = fitted(strength=strength, n_samples=n_samples)
    quotas = np.array(list(sampler.sampling_strategy_.values()))
    likelihood = proba / (quotas / quotas.sum())
    posterior = likelihood * sampler.class_counts_
    posterior /= posterior.sum(axis=1, keepdims=True)
    corrected = sampler.correct_proba(proba)
    assert np.allclose(corrected, posterior, rtol=1e-9)
    assert np.allclose(corrected.sum(axis=1), 1, atol=1e-12)


@given(probabilities)
def test_at_strength_0_it_is_exactly_what_came_in(proba):
    for n_samples in (None, "over", "under"):
        corrected = fitted(strength=0, n_samples=n_samples).correct_proba(proba)
        assert np.array_equal(corrected, proba)
        assert not np.shares_memory(corrected, proba)


def test_the_true_posterior_of_the_resampled_classes_becomes_that_of_the_original_ones():
    # Two normal classes of known densities, so that both posteriors are known.
    x = np.linspace(-3, 5, 50)
    density = np.exp(-((x[:, None] - [0, 2]) ** 2) / 2)
    sampler = fitted([0] * 95 + [1] * 5)

    def posterior(prior):
        joint = density * prior
        return joint / joint.sum(axis=1, keepdims=True)

    assert np.allclose(sampler.correct_proba(posterior([0.5, 0.5])), posterior([0.95, 0.05]))


def test_the_shift_of_the_logits_is_the_same_correction():
    sampler = fitted()
    logits = np.random.default_rng(0).normal(size=(20, 3))
    softmax = lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)  # noqa: E731
    assert np.allclose(
        sampler.correct_proba(softmax(logits)), softmax(logits + sampler.log_prior_shift_)
    )


@pytest.mark.parametrize(("strength", "most", "uncorrected"), [(0.5, 1.03, 1.2), (1.0, 1.08, 2.4)])
def test_corrected_log_loss_is_near_that_without_resampling(strength, most, uncorrected):
    ratios = []
    for seed in range(3):
        X, y = make_classification(
            20_000, n_classes=3, n_informative=4, weights=[0.9, 0.07, 0.03], random_state=seed
        )
        X, X_test, y, y_test = train_test_split(X, y, stratify=y, random_state=seed)
        plain = log_loss(y_test, LogisticRegression().fit(X, y).predict_proba(X_test))
        sampler = InverseFrequencySampler(strength=strength, random_state=seed)
        raw = LogisticRegression().fit(*sampler.fit_resample(X, y)).predict_proba(X_test)
        ratios.append(
            [log_loss(y_test, raw) / plain, log_loss(y_test, sampler.correct_proba(raw)) / plain]
        )
    raw, corrected = np.mean(ratios, axis=0)
    assert corrected < most
    assert raw > uncorrected


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_tensors_stay_tensors_with_their_dtype_and_gradient(dtype):
    proba = torch.tensor([[0.2, 0.3, 0.5], [0.0, 0.0, 1.0]], dtype=dtype, requires_grad=True)
    corrected = fitted().correct_proba(proba)
    assert corrected.dtype == dtype
    expected = fitted().correct_proba(proba.detach().double().numpy())
    assert np.allclose(corrected.detach().double().numpy(), expected, atol=1e-2)
    corrected[0, 0].backward()
    assert proba.grad[0].abs().sum() > 0


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor], ids=["numpy", "torch"])
def test_half_precision_holds_large_shifts_and_many_classes(kind):
    half = np.float16 if kind is np.asarray else torch.float16
    steep = fitted([0] * 10**5 + [1] * 10, strength=2.0)
    proba = kind([[0.0, 1.0], [0.5, 0.5]], dtype=half)
    exact = steep.correct_proba(np.array([[0.0, 1.0], [0.5, 0.5]]))
    assert np.allclose(np.asarray(steep.correct_proba(proba)), exact, atol=1e-3)
    far = fitted([0] * 10**6 + [1] * 3 + [2]).correct_proba(kind([[0.0, 0.5, 0.5]], dtype=half))
    assert np.allclose(np.asarray(far), [[0, 0.75, 0.25]], atol=1e-3)
    many = fitted(np.repeat(np.arange(2000), 2)).correct_proba(
        kind(np.full((3, 2000), 1 / 2000), dtype=half)
    )
    assert np.allclose(np.asarray(many, dtype=np.float64), 1 / 2000, rtol=1e-2)


def test_gradients_of_half_precision_are_finite():
    proba = torch.tensor([[0.0, 1.0]], dtype=torch.float16, requires_grad=True)
    fitted([0] * 30 + [1], n_samples="over", strength=2.0).correct_proba(proba)[0, 0].backward()
    assert torch.isfinite(proba.grad).all()


def test_arrays_keep_their_floating_dtype_and_lists_become_arrays():
    for dtype in (np.float16, np.float32, np.float64):
        assert fitted().correct_proba(np.full((2, 3), 1 / 3, dtype=dtype)).dtype == dtype
    corrected = fitted().correct_proba([[1, 0, 0], [0, 0, 1]])
    assert corrected.tolist() == [[1, 0, 0], [0, 0, 1]]
    assert corrected.dtype == np.float64
    assert fitted().correct_proba(np.empty((0, 3))).shape == (0, 3)


def test_probabilities_that_came_in_are_not_changed():
    proba = np.full((2, 3), 1 / 3)
    fitted().correct_proba(proba)
    assert (proba == 1 / 3).all()


def test_an_epoch_has_a_prior_of_its_own_where_strength_changes():
    sampler = fitted(strength=lambda epoch: min(1.0, epoch / 10))
    proba = np.full((1, 3), 1 / 3)
    assert np.array_equal(sampler.correct_proba(proba, epoch=0), proba)
    with pytest.raises(
        ValueError,
        match=r"epoch must say which epoch's draws .* as strength is a function, got None",
    ):
        sampler.correct_proba(proba)
    assert np.allclose(sampler.correct_proba(proba, epoch=10), fitted().correct_proba(proba))
    assert np.array_equal(sampler.log_prior_shift_, np.zeros(3))


@pytest.mark.parametrize(
    ("proba", "error", "message"),
    [
        (
            [[0.5, 0.5]],
            ValueError,
            r"proba must be of shape \(n_rows, 3\), a column for each class, got \(1, 2\)",
        ),
        (
            [0.2, 0.3, 0.5],
            ValueError,
            r"proba must be of shape \(n_rows, 3\), a column for each class, got \(3,\)",
        ),
        ([[1.5, -0.5, 0]], ValueError, "each row of proba must be probabilities that sum to 1"),
        (
            [[1, 0, 0], [1.0, 2.0, 0.5]],
            ValueError,
            r"probabilities that sum to 1, but row 1 is \[1\.0, 2\.0, 0\.5\]; logits take",
        ),
        ([[0.35, 0.35, 0.35]], ValueError, r"but row 0 is \[0\.35, 0\.35, 0\.35\]"),
        ([[np.nan, 0.5, 0.5]], ValueError, "each row of proba must be probabilities that sum to 1"),
        ([[np.inf, 0, 0]], ValueError, "each row of proba must be probabilities that sum to 1"),
        ([[0, 0, 0]], ValueError, "each row of proba must be probabilities that sum to 1"),
        ([["a", "b", "c"]], TypeError, "proba must hold numbers, got <U1"),
        ([[1j, 0, 0]], TypeError, "proba must hold numbers, got complex128"),
        (torch.tensor([[1, 0, 0]]), TypeError, r"proba must hold floats, got torch\.int64"),
    ],
)
def test_what_is_no_probability_is_refused(proba, error, message):
    with pytest.raises(error, match=message):
        fitted().correct_proba(proba)


def test_shifts_of_any_size_are_applied_without_overflow():
    proba = shift_proba(np.array([[0.5, 0.5]]), np.array([-2000.0, 1000.0]))
    assert proba.tolist() == [[0, 1]]
