"""The contract of Puffle's campaign leads, and the command ``puffle`` that is built from it."""

__version__ = "0.1.0"
