"""One example a KPI, worked out by hand from the law and the meaning of the indicator. See README.md."""
