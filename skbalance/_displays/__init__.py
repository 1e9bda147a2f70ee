"""Pictures of what is drawn and of how a strength was found.

RULE: numpy, scikit-learn and imbalanced-learn; of this library `_checks`, `_labels` and
`_balancer`. matplotlib is imported by `make_axes` alone, and for types.

    class_balance    ClassBalanceDisplay: the classes before and after
    strength_curve   StrengthCurveDisplay: the score by strength in a search
    samplers         what imbalanced-learn's samplers tell of the rows before and after
    search_results   the points of a curve by strength, and names of scores in words
    series           values before and after, as bars, dots, curves or a histogram
    axes             the axes to draw on, and the axis of the values
"""
