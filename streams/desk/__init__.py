"""The quarantine desk: reads refused records again, judges them as they would be now, sends them again."""
