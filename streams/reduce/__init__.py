"""From the ledger to cases, cells and values: whatever the order, however often, the same numbers."""
