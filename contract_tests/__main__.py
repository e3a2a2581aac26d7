"""``python -m contract_tests``: judge a target (see ``--help``).

Exit code: 0 when it passed, 1 when it failed, 2 when it could not be judged.
"""

import contextlib
import os
import sys
from collections.abc import Sequence

from dotenv import dotenv_values

from puffle import contract
from puffle.exceptions import ContractError
from puffle.secret import without_keys

from .exceptions import CannotJudge, NotConfirmed
from .judge import judge
from .settings import Settings


def main(arguments: Sequence[str]) -> int:
    """Judge a target; print one line to stderr when that is not possible."""
    # The target's texts are printed even when the terminal cannot show all characters.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        given = {name: value for name, value in dotenv_values(".env").items() if value}
        the_contract = contract.load()
        return judge(Settings.read(arguments, {**given, **os.environ}), the_contract=the_contract)
    except NotConfirmed as error:
        print(without_keys(error.plan))
        reason = str(error)
    except CannotJudge as error:
        reason = str(error)
    except ContractError as error:
        reason = f"openapi.yaml: {error}"
    except UnicodeDecodeError:
        reason = ".env is not UTF-8 text: create it again from .env.example"
    except KeyboardInterrupt:
        reason = "interrupted"
    except OSError as error:
        # The reader of a pipe has ended, or the terminal is gone: Python would complain again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        reason = f"nothing can be printed: {error.strerror}"
    except Exception as error:
        reason = f"the contract tests themselves failed: {type(error).__name__}: {error}"
    with contextlib.suppress(OSError):
        print(f"could not judge: {without_keys(reason)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
