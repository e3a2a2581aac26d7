"""Compare the project with alternatives, side by side on one machine. Run by hand; tests check only that it works."""
