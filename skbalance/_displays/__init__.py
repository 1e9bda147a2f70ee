"""Pictures of what is drawn and of how a strength was found.

RULE: numpy and scikit-learn; of this library `_checks`, `_labels` and `_balancer`. matplotlib is
imported by `make_axes` alone, and for types.

    class_balance    ClassBalanceDisplay: the classes before and after
    strength_curve   StrengthCurveDisplay: the score by strength in a search
    series           values before and after, as bars, curves or a histogram
    axes             the axes to draw on
"""
