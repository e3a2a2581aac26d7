"""``python -m pages [FOLDER]``: write the reference page to a folder, by default ``docs``."""

from __future__ import annotations

import sys
from pathlib import Path

from pages.reference import NoPage, page
from puffle import contract
from puffle.exceptions import ContractError


def main() -> int:
    file = Path(next(filter(None, sys.argv[1:]), "docs")) / "index.html"
    try:
        html = page(contract.load())
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(html, "utf-8")
    except NoPage as error:
        print(error, file=sys.stderr)
    except ContractError as error:
        print(f"openapi.yaml: {error}; run `make lint`", file=sys.stderr)
    except OSError as error:
        print(f"{file} cannot be written: {error.strerror}; choose another folder with OUT=", file=sys.stderr)
    else:
        print(f"The contract as one page that works offline: {file}")
        return 0
    return 2


if __name__ == "__main__":
    sys.exit(main())
