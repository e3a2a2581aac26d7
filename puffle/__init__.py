"""The contract of Puffle's campaign-lead endpoint, as the installed package carries it."""
