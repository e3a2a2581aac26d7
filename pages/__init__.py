"""What is looked at: the reference page, and the look that it shares with the contract report and the web example."""

from pathlib import Path

LOOK = Path(__file__).with_name("look.css")
"""Colours, light and dark, and type."""
