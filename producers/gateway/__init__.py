"""The HTTP door for publishers: CloudEvents in, a receipt only after Kafka acknowledged."""
