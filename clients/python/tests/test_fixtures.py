"""What stays from one test to the next, and what the fixtures undo."""

import pytest


def test_a_number_of_a_session_fixture_stays_and_that_of_a_test_goes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="session")
        def mask(sandbox_session):
            return sandbox_session.number("+12025550123")

        @pytest.mark.parametrize("run", [1, 2])
        def test_one(run, mask, sandbox, phone):
            sandbox.number("+12025550124")
            owned = {one["number"] for one in sandbox.ask("GET", "/numbers")}
            assert owned == {sandbox.main_number, mask, "+12025550124"}
            assert phone.text(mask, "Hello").webhook is None
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_a_phone_of_a_session_fixture_begins_each_test_anew(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from twilio.rest import Client

        @pytest.fixture(scope="session")
        def courier(sandbox_session):
            return sandbox_session.phone("+13015550195")

        @pytest.mark.parametrize("run", [1, 2])
        def test_one(run, courier, sandbox):
            Client().messages.create(from_=sandbox.main_number, to=courier.number, body="Hello")
            assert courier.wait_for_text().body == "Hello"
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_the_environment_outlives_the_patches_of_a_test_and_not_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os
        from twilio.rest import Client

        BEFORE = dict(os.environ)

        def test_one(sandbox, monkeypatch):
            monkeypatch.setenv("OTHER", "1")
            monkeypatch.undo()
            assert Client().api.accounts(sandbox.account_sid).fetch().sid == sandbox.account_sid

        def test_two():
            now = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
            assert now == {name: value for name, value in BEFORE.items() if name != "PYTEST_CURRENT_TEST"}
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_what_the_sandbox_lacks_is_a_warning_that_can_be_an_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from twilio.rest import Client

        def test_one(sandbox):
            try:
                Client().conversations.v1.conversations.create()
            except Exception as error:
                print(error)
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*UnsupportedWarning: not in the sandbox: Conversations (POST /v1/Conversations)"])
    strict = pytester.runpytest_subprocess("-W", "error::pytest_relay_phone.UnsupportedWarning")
    strict.assert_outcomes(passed=1, errors=1)
