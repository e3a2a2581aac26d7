"""The contract of Puffle's campaign-lead endpoint, and the command line built from it."""
