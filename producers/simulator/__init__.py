"""A ministry's working life, seeded: believable events of every source for demo, load and proofs."""
