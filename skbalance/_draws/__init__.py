"""Draws: which rows an epoch takes, as a pure function of (seed, epoch, position).

RULE: numpy only; of this library only `_arrays` and `_checks`. Nothing here knows labels,
estimators or frameworks.

The whole problem in one sentence: let D be the rows of a class that are one draw ahead when an
epoch begins; counts are even within every epoch and over all epochs together exactly if each D
holds the next one, or lies in it. Beginnings of one fixed order do. So the n rows of a class sit on
the n places of a circle, in an order that is dealt once, and the draws go round it without
stopping: an epoch that draws a class q times takes the q places from its border on, where the epoch
before it stopped, and D is what lies before the border.

    slot    = shuffle[seed, epoch](position)        a permutation of [0, n_samples)
    class   = the one whose run of slots holds it;  nth = slot - the run's start
    place   = (border + nth) mod n                  with border = epoch * q mod n
    ordinal = shuffle[seed, class, deal](place)     a permutation of [0, n), also by the sizes
    row     = pool[class][ordinal]

Where a border falls on the start of the circle, all rows have been drawn equally often, and the
circle is dealt anew. A row's place, found by the inverse of the shuffle, tells how often an epoch
draws it. Batches take successive draws of a class, and change their order in every epoch
(`Epoch._reordered`): else rows that share a batch would share one again, epoch after epoch.

Shuffles of many elements are evaluated one element at a time, so that any draw is found at once.
Those of few are sorted whole, which takes a fraction of the numpy calls.

What is not one class a row (weights of rows, several labels, a continuous target) is drawn by the
weights of rows instead: `line` tells how. Its classes have slots and batches as here, but for their
fractions of a draw.

    quotas       strength and class counts to shares, and shares to whole draws
    keys         hashes of the seed and of what they are for; hashes that can be undone
    permutation  keyed permutations, one element at a time, and their inverses
    shuffles     permutations of many classes: few elements are sorted at once
    layout       points to the runs that hold them, slots to classes
    plan         all that draws depend on, and where each epoch begins
    any_epoch    positions to slots, and slots to rows, in an epoch of any plan
    epoch        draws to rows, where each has one class, and rows to how often they are drawn
    line         rows by their weights, side by side: systematic sampling
    line_plan    the second kind of plan, and one epoch of it
    ranks        which positions are whose, where processes share an epoch
    batches      slots to batches that hold their share of every class
    streams      rows or batches in order, for any ranks, from anywhere in an epoch
    passes       one epoch after the other; states

Words: a *class* has n rows, its *pool*; a row's number in it is its *ordinal*. An epoch draws the
class q times, its *quota*; a *position* is a draw's number in the epoch, a *slot* its number class
by class, *nth* its number in its class. A *place* is one on the circle of a class; a *border* is
the place at which an epoch begins. An epoch draws q = a n + r times, so it takes the first r places
from its border once more than the others: of each *lap* of the circle these r draws are one *arc*
and the n - r others the second. A *step* is what all ranks take at once in batches; a *cut* says
how an epoch is cut into steps and steps into batches. A *stream* is what one rank draws in order, a
*pass* goes through one epoch of it, a *progress* tells where in it one stands, and a *state* is a
progress in plain values.
"""
