"""What was sent, written down before it was sent, and compared with what the stack holds.

Imports the standard library and the clients of Kafka and ClickHouse, nothing of the product: a mistake in the
product's own reading, canonical form or arithmetic must not be able to hide itself here.
"""
