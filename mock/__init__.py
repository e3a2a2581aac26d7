"""Mocks to develop against: Prism, which remembers nothing, and the sandbox, which does."""
