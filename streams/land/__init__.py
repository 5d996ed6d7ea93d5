"""Landing: every Kafka record becomes exactly one row of the ledger, whatever dies."""
