"""Sources: the only code that uses the network, and only when `samverkan data update` asks."""
