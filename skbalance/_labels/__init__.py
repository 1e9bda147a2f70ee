"""Labels and rows: what users hand in, in whatever container it comes.

RULE: numpy and scipy; of this library only `_arrays`. The packages that containers
come from are never imported.

    containers   which container this is; its labels as a numpy array
    codes        labels to sorted classes, and a code for each row
    label_sets   several labels a row, as a sparse indicator
    numbers      weights of rows, and continuous targets in bins
    pools        codes to the rows of each class, and back
    rows         what can be resampled, and picking its rows
"""
