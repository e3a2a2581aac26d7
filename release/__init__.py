"""Releases a version: runs the checks, sets the version everywhere, builds and tries the packages, commits and tags."""
