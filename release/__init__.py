"""A release: what must hold before, the version everywhere it stands, the packages that were tried, the tag."""
