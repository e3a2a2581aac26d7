"""``python -m pages [FOLDER]``: write the reference page into a folder, by default ``docs``."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from pages.reference import NoPage, page
from puffle import contract


def main() -> int:
    """Write the page to a file, and say where it is."""
    file = Path(next(filter(None, sys.argv[1:]), "docs")) / "index.html"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(contract.load()), "utf-8")
    except NoPage as error:
        print(error, file=sys.stderr)
        return 2
    except (yaml.YAMLError, LookupError, TypeError, AttributeError) as error:
        print(
            f"openapi.yaml cannot be shown, `make lint` names what is wrong: {' '.join(str(error).split())}",
            file=sys.stderr,
        )
        return 2
    except OSError as error:
        print(f"{file} cannot be written: {error.strerror}; name another folder with OUT=", file=sys.stderr)
        return 2
    print(f"The contract as one page, which needs no network: {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
