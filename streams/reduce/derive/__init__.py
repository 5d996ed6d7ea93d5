"""What follows from the facts of a case: pure folds, one per kind, each giving the columns of its table."""
