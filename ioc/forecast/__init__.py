"""Will a dated target be met? From an indicator's own weeks, by exponential smoothing, with its error shown.

`series` makes weeks into a series, `smoothing` looks ahead and tests itself on the past, `outlook` says what
that means for a target. statsmodels is imported when something is forecast, and not before: it takes a second
and 120 MB, which no other command should pay.
"""
