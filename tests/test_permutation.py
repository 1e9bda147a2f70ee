import math
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chisquare, kstest, norm

from skbalance._arrays import CHUNK
from skbalance._draws.keys import derive, key_of, mix64, scramble, unscramble
from skbalance._draws.permutation import _ROUNDS, Domains, permute
from skbalance._draws.shuffles import MOST_BITS_OF_32, MOST_SORTED, Permutations

DTYPES = [np.uint32, np.uint64]


def domains(n, bits, dtype=np.uint32):
    return Domains.of(np.atleast_1d(n).astype(dtype), bits)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_domain_is_mapped_onto_itself_and_back(dtype):
    for n in [*range(1, 300), 1022, 1023, 1024, 1025, 4096, 65_537]:
        x, of_n = np.arange(n, dtype=dtype), domains(n, derive(7, n), dtype)
        for is_shuffled in False, True:
            y = permute(x.copy(), of_n, is_shuffled)
            assert np.array_equal(np.sort(y), x)
            assert np.array_equal(permute(y, of_n, is_shuffled, inverse=True), x)


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 2**64 - 1)), min_size=1, max_size=50),
    st.sampled_from(DTYPES),
)
def test_elements_of_mixed_domains_map_as_they_do_alone(pairs, dtype):
    n = np.array([n for n, _ in pairs])
    bits = np.array([bits for _, bits in pairs], dtype=np.uint64)
    x = (n - 1).astype(dtype)
    mixed = domains(n, bits, dtype)
    together = permute(x.copy(), mixed)
    alone = [permute(x[[i]], domains(n[i], bits[i], dtype))[0] for i in range(len(x))]
    assert together.tolist() == alone
    assert np.array_equal(permute(together, mixed, inverse=True), x)


@pytest.mark.parametrize("n", [2**32 - 1, 2**32, 2**32 + 1, 10**12, 2**62 + 12345])
def test_domains_of_billions_of_rows_are_mapped_within_themselves_and_back(n):
    dtype = np.uint32 if n < 2**32 else np.uint64
    x = np.unique(np.linspace(0, n - 1, 20_001).astype(dtype))
    of_n = domains(n, derive(1, n), dtype)
    y = permute(x.copy(), of_n)
    assert y.max() < n
    assert len(np.unique(y)) == len(x)
    # 100 equal slices of the domain are hit alike; seeded, and by chance below 1e-4 once in 10,000
    # seeds.
    assert chisquare(np.bincount((y // (n // 100 + 1)).astype(int), minlength=100)).pvalue > 1e-4
    assert np.array_equal(permute(y, of_n, inverse=True), x)


def test_threads_do_not_disturb_each_other():
    x = np.arange(CHUNK, dtype=np.uint32)
    with_keys = [domains(CHUNK, derive(0, number)) for number in range(32)]
    alone = [permute(x.copy(), of_key) for of_key in with_keys]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda of_key: permute(x.copy(), of_key), with_keys))
    assert np.array_equal(together, alone)


def images(n, positions, n_keys, dtype=np.uint32):
    """Where each position goes under the keys of ``n_keys`` successive epochs of one class."""
    epochs = np.array_split(np.arange(n_keys, dtype=np.uint64), -(-n_keys // 2**15))
    parts = [domains(np.full(len(part), n), derive(2026, n, part), dtype) for part in epochs]
    return {
        i: np.concatenate([permute(np.full(len(part.n), i, dtype), part) for part in parts])
        for i in positions
    }


def p_value(outcomes, n_outcomes):
    return chisquare(np.bincount(outcomes, minlength=n_outcomes)).pvalue


def p_values(n, n_keys, images=images):
    """Chi-square tests of single positions, of pairs, and up to 6 rows of whole permutations."""
    positions = sorted({0, 1, n // 2, n - 1}) if n > 6 else range(n)
    image = {i: y.astype(np.int64) for i, y in images(n, positions, n_keys).items()}
    found = [p_value(image[i], n) for i in positions]
    for i in positions:
        for j in positions:
            if n > 2 and i < j:  # with two rows, one position says all
                rest = image[j] - (image[j] > image[i])
                found.append(p_value(image[i] * (n - 1) + rest, n * (n - 1)))
    if n <= 6:
        rank = 0
        for i in range(n - 1):
            smaller = sum((image[j] < image[i]).astype(np.int64) for j in range(i))
            rank = rank * (n - i) + image[i] - smaller
        found.append(p_value(rank, math.factorial(n)))
    return found


@pytest.mark.parametrize("n", range(2, 101))
def test_small_classes_are_shuffled_uniformly(n):
    # Keys are seeded. For a true shuffle, a size fails (by any of its tests, Bonferroni) with
    # probability 1e-4, so any of the 99 sizes with 1e-2. A network of 8 rounds instead fails at 4,
    # 5, 6, 7, 8, 12 and 16 rows.
    found = p_values(n, n_keys=200_000)
    assert min(found) * len(found) > 1e-4


@pytest.mark.parametrize("n", [101, 128, 255, 256, 500, 700, 1023, 1024, 1025, 1500])
def test_larger_classes_are_shuffled_uniformly(n):
    # As above; over the ten sizes a true shuffle fails with probability 1e-3.
    found = p_values(n, n_keys=400_000)
    assert min(found) * len(found) > 1e-4


def test_p_values_are_themselves_uniform():
    # A bias too small for any single test would push them together. False alarm: 1e-4.
    found = [p for n in range(20, 60) for p in p_values(n, n_keys=100_000)]
    assert kstest(found, "uniform").pvalue > 1e-4


def test_successive_epochs_are_independent():
    # Pairs (image in an epoch, image in the next) fill the square evenly. False alarm: 1e-4 a size.
    for n in (7, 30, 100):
        image = images(n, [0], 400_000)[0].astype(np.int64)
        assert p_value(image[::2] * n + image[1::2], n * n) > 1e-4


@pytest.mark.parametrize(
    ("n", "width"),
    [*product([8, 16], [2]), *product([17, 100, 1000, 1024, 4095, 4096, 10_000], [2, 25])],
)
def test_neighbours_are_parted_by_the_next_shuffle_of_what_is_shuffled(n, width):
    # Pairs within one run of the given width in two shuffles are as many as by chance: Poisson's
    # deviation, false alarm 1e-4 for each. Two rounds fail from 1024 on.
    n_keys, x = min(2000, 10**6 // n), np.arange(n, dtype=np.uint32)
    runs = [
        permute(x.copy(), domains(n, derive(2029, n, i)), is_shuffled=True) // width
        for i in range(2 * n_keys)
    ]
    two = zip(runs[::2], runs[1::2], strict=True)
    n_pairs = [np.unique(a * n + b, return_counts=True)[1] for a, b in two]
    found = sum(int((n_together * (n_together - 1)).sum()) for n_together in n_pairs)
    n_full, rest = divmod(n, width)
    of_one = n_full * width * (width - 1) + rest * (rest - 1)
    expected = n_keys * of_one**2 / (n * (n - 1))
    # What is counted twice varies twice as much.
    assert abs(found - expected) < norm.isf(0.5e-4) * math.sqrt(2 * expected)


def pairs_after(n_rounds, n_rows, n_columns):
    """How far the places of two elements are from chance, at most, if hashes are random numbers.

    The total variation distance, from the transitions of all pairs of cells, exactly.
    """
    cells = range(n_rows * n_columns)
    pairs = [(a, b) for a in cells for b in cells if a != b]
    number = {pair: i for i, pair in enumerate(pairs)}
    rounds = np.zeros((2, len(pairs), len(pairs)))
    for pair in pairs:
        rows, columns = zip(*(divmod(cell, n_columns) for cell in pair), strict=True)
        # The two move alike where one hash serves both: in one column, or in one row.
        for change in product(range(n_rows), repeat=2):
            moved = [
                (row + change[column != columns[0]]) % n_rows * n_columns + column
                for row, column in zip(rows, columns, strict=True)
            ]
            rounds[0, number[pair], number[tuple(moved)]] += n_rows**-2
        for change in product(range(n_columns), repeat=2):
            moved = [
                row * n_columns + (column ^ change[row != rows[0]])
                for row, column in zip(rows, columns, strict=True)
            ]
            rounds[1, number[pair], number[tuple(moved)]] += n_columns**-2
    after = np.linalg.matrix_power(rounds[0] @ rounds[1], n_rounds // 2)
    return np.abs(after - 1 / len(pairs)).sum(axis=1).max() / 2


@pytest.mark.parametrize("n", [2, 4, 6, 8, 12, 16, 17, 20, 24, 28])
def test_rounds_leave_pairs_of_small_domains_as_near_to_chance_as_said(n):
    of_n = domains(n, 0)
    n_rounds = next(n_rounds for up_to, n_rounds in _ROUNDS if n <= up_to)
    n_rows, n_columns = int(of_n.n_rows[0]), 2 ** int(of_n.column_bits[0])
    assert pairs_after(n_rounds, n_rows, n_columns) < 0.0014
    if n == 8:  # eight rounds fewer would not do
        assert pairs_after(n_rounds - 8, n_rows, n_columns) > 0.0014


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_bits", [1, 2, 7, 12, 21, 22, 31, 32])
def test_scrambled_words_are_distinct_stay_in_their_bits_and_come_back(dtype, n_bits):
    x = np.arange(min(2**n_bits, 5000), dtype=dtype)
    x[-1] = 2**n_bits - 1
    key = key_of(derive(3, n_bits), dtype)
    y = scramble(x.copy(), key, n_bits)
    assert y.max() < 2**n_bits
    assert len(np.unique(y)) == len(np.unique(x))
    assert np.array_equal(unscramble(y, key, n_bits), x)


@pytest.mark.parametrize(
    ("n", "n_classes", "n_tables"),
    [(1000, 1, 1000), (20_000, 1, 50), (10_000, 10, 20), (100, 100, 100), (50, 300, 60)],
)
def test_neighbours_in_tables_are_any_distance_apart(n, n_classes, n_tables):
    # Elements sorted by products with a constant would form a lattice. In it, elements at
    # neighbouring places keep to a few distances, as do the places of neighbouring elements.
    # Chi-square tests, false alarm 1e-4 for each of the ten. With one product less, three of the
    # five sizes fail.
    within, places = np.zeros((2, n), dtype=np.int64)
    for bits in range(n_tables):
        table = Permutations(np.full(n_classes, n, dtype=np.uint32), derive(2030, n, bits))
        for found, counts in (table.order, within), (all_images(table, [n] * n_classes), places):
            distances = np.diff(found.reshape(n_classes, n).astype(np.int64), axis=1) % n
            counts += np.bincount(distances.ravel(), minlength=n)
    for counts in within, places:
        assert chisquare(counts[1:]).pvalue > 1e-4


@pytest.mark.parametrize("n_class_bits", [4, 5, 8, 10])
def test_elements_a_power_of_two_apart_come_to_any_distance_in_the_largest_narrow_tables(
    n_class_bits,
):
    # One large class beside many of one element: upper bits of a number are what a hash of few
    # bits mixes least. A chi-square test of all tables together, false alarm 1e-4 for each of the
    # four. With six more bits for classes and numbers, two of them fail.
    n_classes = 2**n_class_bits
    n_elements = min(MOST_SORTED, 2 ** (MOST_BITS_OF_32 - n_class_bits)) - 1
    n = np.ones(n_classes, dtype=np.uint32)
    n[0] = n_elements - n_classes + 1
    apart, x = 2 ** (int(n[0] - 1).bit_length() - 1), np.arange(n[0], dtype=np.uint32)
    n_bins, statistics = max(8, int(n[0]) // 128), []
    for bits in range(2**22 // n_elements):
        shuffle = Permutations(n, derive(2031, n_class_bits, bits))
        places = shuffle.inverse(x, np.array([0]))
        distances = (places[apart:].astype(np.int64) - places[:-apart]) % n[0]
        statistics.append(chisquare(np.bincount(distances * n_bins // n[0])).statistic)
    assert chi2.sf(sum(statistics), (n_bins - 1) * len(statistics)) > 1e-4


def test_keys_of_sums_do_not_coincide():
    hashes = {derive(seed, word) for seed in range(100) for word in range(100)}
    assert len(hashes) == 100 * 100
    assert derive(0, 1, 2) != derive(0, 2, 1)
    assert derive(0) != derive(0, 0)


def test_mix64_is_the_same_for_ints_and_arrays():
    words = [0, 1, 2**63, 2**64 - 1]
    assert mix64(np.array(words, dtype=np.uint64)).tolist() == [mix64(word) for word in words]


@pytest.mark.parametrize(
    ("n", "dtype", "is_shuffled", "golden"),
    [
        (10, np.uint32, False, [1, 2, 5, 9, 3, 4]),
        (100, np.uint32, False, [84, 90, 45, 3, 19, 59]),
        (100, np.uint32, True, [50, 94, 77, 5, 15, 68]),
        (10**6, np.uint32, False, [67532, 401427, 290916, 445696, 980487, 576609]),
        (10**6, np.uint32, True, [372584, 698104, 820855, 211202, 894641, 809726]),
        # On both sides of where the number of rounds changes.
        (16, np.uint32, False, [13, 14, 1, 7, 8, 5]),
        (17, np.uint32, False, [1, 16, 4, 2, 5, 3]),
        (1023, np.uint32, False, [447, 980, 194, 959, 761, 760]),
        (1024, np.uint32, False, [695, 1008, 946, 973, 427, 742]),
        (4095, np.uint32, True, [687, 349, 260, 3769, 1943, 1227]),
        (4096, np.uint32, True, [3388, 2535, 3931, 2343, 4088, 555]),
        # Whose largest element is rounded up in 32 bits.
        (2**25, np.uint32, False, [5708903, 20621424, 6386615, 16647678, 5150870, 6885584]),
        (
            10**12,
            np.uint64,
            False,
            [862155821922, 325617033929, 413408893257, 112827453253, 514869766409, 580436004909],
        ),
    ],
)
def test_permutations_are_the_same_everywhere_and_for_ever(n, dtype, is_shuffled, golden):
    images = permute(np.arange(6, dtype=dtype), domains(n, derive(42), dtype), is_shuffled)
    assert images.tolist() == golden


# Permutations of many classes: sorted at once, or mapped.


@pytest.mark.parametrize("way", ["sorted"], indirect=True)
def test_the_largest_table_is_the_same_everywhere_and_for_ever(way):  # noqa: ARG001
    largest = Permutations(np.array([2**17 - 2**12, 2**12], dtype=np.uint32), derive(0))
    assert largest.is_small
    assert not Permutations(np.array([2**17 + 1], dtype=np.uint32), derive(0)).is_small
    images = blake2b(all_images(largest, [2**17 - 2**12, 2**12]).astype("<i8"), digest_size=8)
    assert images.hexdigest() == "ae70869aab47e488"


@pytest.mark.parametrize("way", ["sorted"], indirect=True)
def test_a_table_has_its_few_elements_in_any_number_of_classes(way):  # noqa: ARG001
    sizes = np.zeros(2**20, dtype=np.uint32)
    used = [3, 2**19, 2**20 - 1]
    sizes[used] = [4, 5, 6]
    shuffle = Permutations(sizes, derive(0))
    assert shuffle.is_small
    for c in used:
        x = np.arange(sizes[c], dtype=np.uint32)
        images = shuffle(x, np.array([c]))
        assert sorted(images.tolist()) == x.tolist()
        assert shuffle.inverse(images, np.array([c])).tolist() == x.tolist()


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=30).filter(any),
    st.integers(0, 2**64 - 1),
    st.booleans(),
    st.sampled_from(DTYPES),
)
@pytest.mark.usefixtures("way")
def test_each_class_is_mapped_onto_itself_and_back(sizes, bits, has_deals, dtype):
    deals = np.arange(len(sizes), dtype=np.uint64) if has_deals else None
    shuffle = Permutations(np.array(sizes, dtype=dtype), bits, deals)
    classes, x = np.repeat(np.arange(len(sizes)), sizes), np.concatenate([*map(np.arange, sizes)])
    x = x.astype(dtype)
    y = shuffle(x.copy(), classes)
    assert y.dtype == dtype
    for c, n in enumerate(sizes):
        assert sorted(y[classes == c].tolist()) == list(range(n))
        alone = shuffle(np.arange(n, dtype=dtype), np.array([c])) if n else y[:0]
        assert alone.tolist() == y[classes == c].tolist()
    assert shuffle.inverse(y, classes).tolist() == x.tolist()


def all_images(shuffle, sizes):
    """Where all elements of the classes go, one class after the other."""
    x = np.concatenate([np.arange(n, dtype=np.uint32) for n in sizes])
    return shuffle(x, np.repeat(np.arange(len(sizes)), sizes))


def sorted_images(n, positions, n_keys):
    """Where each position goes in classes that are sorted side by side, of several shuffles."""
    image = {i: [] for i in positions}
    n_classes = 2**14 // n
    for bits in range(-(-n_keys // n_classes)):
        shuffle = Permutations(np.full(n_classes, n, dtype=np.uint32), derive(2027, n, bits))
        images = all_images(shuffle, [n] * n_classes).reshape(-1, n)
        for i in positions:
            image[i].append(images[:, i])
    return {i: np.concatenate(parts)[:n_keys] for i, parts in image.items()}


@pytest.mark.parametrize("n", [*range(2, 17), 30, 64, 100, 255])
def test_sorted_classes_are_shuffled_uniformly(n):
    # As above. False alarm: 1e-4 a size, 2e-3 in all.
    found = p_values(n, 200_000, sorted_images)
    assert min(found) * len(found) > 1e-4


def test_sorted_classes_are_shuffled_uniformly_from_epoch_to_epoch_and_from_deal_to_deal():
    # The whole order of four elements, and that of two classes of three at once: 24 and 36
    # outcomes. False alarm: 1e-4 for each of the four tests.
    n_keys, four = 12_000, np.array([4], dtype=np.uint32)
    of_epochs = [Permutations(four, derive(1, epoch)) for epoch in range(n_keys)]
    of_deals = [Permutations(four, 5, np.array([deal], np.uint64)) for deal in range(n_keys)]
    for shuffles_of_four in of_epochs, of_deals:
        assert p_of_orders(shuffles_of_four, [4], 24) > 1e-4
    two = np.array([3, 3], dtype=np.uint32)
    of_epochs = [Permutations(two, derive(2, epoch)) for epoch in range(n_keys)]
    deals = np.arange(2 * n_keys, dtype=np.uint64).reshape(-1, 2)
    of_deals = [Permutations(two, 6, of_two) for of_two in deals]
    for shuffles_of_two in of_epochs, of_deals:
        assert p_of_orders(shuffles_of_two, [3, 3], 36) > 1e-4


def p_of_orders(shuffles, sizes, n_outcomes):
    orders = [all_images(shuffle, sizes) for shuffle in shuffles]
    _, outcomes = np.unique(orders, axis=0, return_inverse=True)
    return p_value(outcomes.ravel(), n_outcomes)
