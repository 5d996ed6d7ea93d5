"""The kernel: contracts, catalogues and the small things every stage shares. It imports no stage."""
