"""The ClickHouse engine embedded in a process of its own, behind ClickHouse's native protocol."""

import os

# The engine's allocator reads this when its library is loaded, so it is set before anything imports it:
# memory freed by a query goes back to the machine within a second instead of staying with the process.
os.environ.setdefault("MALLOC_CONF", "dirty_decay_ms:1000,muzzy_decay_ms:0")
