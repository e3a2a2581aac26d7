"""Settings of the contract tests: flags, variables, and what is said about invalid ones."""

from __future__ import annotations

import pytest

from contract_tests.exceptions import CannotJudge
from contract_tests.settings import Deviations, Settings
from mock import run
from tests.running import KEY

VARIABLES = run.variables()
NOWHERE = "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("flags", "variables", "message"),
    [
        ("", {"PUFFLE_API_KEY": ""}, "PUFFLE_API_KEY is not set"),
        ("", {"PUFFLE_CAMPAIGN_ID": ""}, "PUFFLE_CAMPAIGN_ID is not set: name a draft campaign"),
        (
            "",
            {"PUFFLE_FOREIGN_CAMPAIGN_ID": ""},
            "PUFFLE_FOREIGN_CAMPAIGN_ID is not set but PUFFLE_FOREIGN_PROSPECT_ID",
        ),
        ("", {"PUFFLE_SCRATCH_CAMPAIGN_ID": VARIABLES["PUFFLE_CAMPAIGN_ID"]}, "equals PUFFLE_CAMPAIGN_ID"),
        ("", {"PUFFLE_OTHER_PROSPECT_ID": "7"}, 'PUFFLE_OTHER_PROSPECT_ID: "7" is not a UUID'),
        ("", {"PUFFLE_OTHER_PROSPECT_ID": VARIABLES["PUFFLE_PROSPECT_ID"]}, "equals PUFFLE_PROSPECT_ID"),
        ("", {"PUFFLE_API_KEY": "pk_live_a\nb"}, "PUFFLE_API_KEY contains characters"),
        ("", {"PUFFLE_API_KEY": "pk_live_é"}, "PUFFLE_API_KEY contains characters"),
        ("--base-url=", {}, "there is no target: set BASE_URL"),
        ("--base-url http://[::1", {}, 'BASE_URL: "http://[::1" is not'),
        ("--base-url ftp://example.com", {}, 'BASE_URL: "ftp://example.com" is not'),
        ("--base-url https://key@example.com", {}, "BASE_URL"),
        ("--base-url http://api.invalid", {}, "https"),
        ("--profile huge", {}, "invalid choice: 'huge'"),
        ("--seed x", {}, "invalid int value: 'x'"),
        ("--rate x", {}, "invalid float value: 'x'"),
    ],
)
def test_invalid_setting_is_explained_in_one_line(flags: str, variables: dict[str, str], message: str) -> None:
    with pytest.raises(CannotJudge) as raised:
        Settings.read(["--base-url", NOWHERE, *flags.split()], {**VARIABLES, **variables})
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_generic_variables_of_the_environment_are_ignored() -> None:
    generic = {"PROFILE": "huge", "SEED": "x", "RATE": "x", "CASE": "x", "REPORT": "/x", "STRICT": "1", "BASE_URL": "x"}
    assert Settings.read(["--base-url", NOWHERE], {**VARIABLES, **generic}) == Settings.read(
        ["--base-url", NOWHERE], VARIABLES
    )


def test_mock_is_the_target_without_a_base_url() -> None:
    mock = {"PUFFLE_MOCK": "prism", "PUFFLE_MOCK_URL": NOWHERE, "PUFFLE_MOCK_DEVIATIONS": str(run.deviations("prism"))}
    assert Settings.read([], {**VARIABLES, **mock}).mock == "prism"
    assert Settings.read([], {**VARIABLES, **mock}).deviations.known
    assert Settings.read(["--base-url", "http://127.0.0.1:2"], {**VARIABLES, **mock}).deviations == Deviations()


def test_key_is_not_in_the_representation_of_settings() -> None:
    assert KEY not in repr(Settings.read(["--base-url", NOWHERE], VARIABLES))


def test_only_this_machine_needs_no_confirmation() -> None:
    def is_confirmed(*arguments: str) -> bool:
        return Settings.read(["--base-url", *arguments], VARIABLES).is_confirmed

    assert is_confirmed(NOWHERE)
    assert not is_confirmed("https://api.invalid")
    assert not is_confirmed("https://api.invalid", "--confirm", "another.invalid")
    assert is_confirmed("https://api.invalid", "--confirm", "API.invalid")


def test_operations_are_separated_by_commas() -> None:
    assert Settings.read(["--base-url", NOWHERE, "--operations", "one, two,"], VARIABLES).operations == ("one", "two")
    assert Settings.read(["--base-url", NOWHERE], VARIABLES).operations == ()
