"""The state of the sandbox: workspaces, their campaigns, and the leads in these."""

from .sqlite import Campaign as Campaign
from .sqlite import Store as Store
