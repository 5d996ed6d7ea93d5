"""What faults are made with: a real stack whose processes can be killed, a proxy that breaks connections."""
