"""``python -m puffle``: the ``puffle`` command."""

import sys

from puffle.cli import main

sys.exit(main())
