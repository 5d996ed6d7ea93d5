"""The only room that writes the store, and the only one that knows its driver."""
