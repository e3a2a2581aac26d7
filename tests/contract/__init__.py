"""What `make check` runs first: whether contract, generated files, seed and operations fit together."""
