"""Open data: aggregates of the centre as CSV, JSON or Parquet."""
