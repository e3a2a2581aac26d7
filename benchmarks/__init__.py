"""The sandbox side by side with what a user would pick instead. Run by hand, never by a test."""
