"""An independent computation of the indicators, in plain Python over the file that the simulator wrote.

It shares no code with the project: its own reading of the events, its own calendar, its own formulas,
written from the meaning of each indicator. If both agree, either both are right or both made the same
mistake independently.
"""
