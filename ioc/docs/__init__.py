"""The pages of docs/ made from catalogue and contracts: they cannot say anything else than the code does."""
