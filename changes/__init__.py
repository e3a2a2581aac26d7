"""What a change of the contract breaks: for the consumers of yesterday, and for the version of tomorrow."""
