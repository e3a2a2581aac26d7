"""Contract tests: does an implementation keep the contract? It is known by its URL alone."""
