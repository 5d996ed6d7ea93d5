"""The proof: faults on a real stack, judged by an oracle that shares no code with it (`python -m proof`)."""
