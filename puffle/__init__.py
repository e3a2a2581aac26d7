"""The contract of Puffle's campaign-lead endpoint, and the ``puffle`` command that is built from it."""

__version__ = "0.1.0"
