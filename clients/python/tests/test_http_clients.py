"""HTTP clients in the process of the tests, and programs that it starts, reach the sandbox under Twilio's own address."""

import os
import ssl
import subprocess
import sys

import aiohttp
import httpx
import pytest
import requests
import urllib3
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from pytest_relay_phone import Sandbox
from pytest_relay_phone.process import OF_EXEC


def url_of(sandbox: Sandbox) -> str:
    return f"https://api.twilio.com/2010-04-01/Accounts/{sandbox.account_sid}.json"


def credentials_of(sandbox: Sandbox) -> tuple[str, str]:
    return sandbox.account_sid, sandbox.auth_token


def with_requests(sandbox: Sandbox) -> str:
    return str(requests.get(url_of(sandbox), auth=credentials_of(sandbox), timeout=30).json()["sid"])


def with_urllib3(sandbox: Sandbox) -> str:
    headers = urllib3.make_headers(basic_auth=":".join(credentials_of(sandbox)))
    return str(urllib3.PoolManager().request("GET", url_of(sandbox), headers=headers).json()["sid"])


def with_httpx(sandbox: Sandbox) -> str:
    return str(httpx.get(url_of(sandbox), auth=credentials_of(sandbox), timeout=30).json()["sid"])


def with_httpx_that_ignores_the_environment(sandbox: Sandbox) -> str:
    with httpx.Client(trust_env=False, verify=ssl.create_default_context()) as client:
        return str(client.get(url_of(sandbox), auth=credentials_of(sandbox), timeout=30).json()["sid"])


def with_the_sdk(sandbox: Sandbox) -> str:
    return str(Client().api.accounts(sandbox.account_sid).fetch().sid)


def with_a_child_process(sandbox: Sandbox) -> str:
    program = (
        "import os; from twilio.rest import Client; print(Client().api.accounts(os.environ['TWILIO_ACCOUNT_SID']).fetch().sid)"
    )
    environment = {**os.environ, **sandbox.environment()}
    return subprocess.check_output([sys.executable, "-c", program], env=environment, text=True).strip()


@pytest.mark.parametrize(
    "fetch",
    [
        with_requests,
        with_urllib3,
        with_httpx,
        with_httpx_that_ignores_the_environment,
        with_the_sdk,
        with_a_child_process,
    ],
)
def test_a_client_reaches_the_sandbox(fetch, sandbox: Sandbox) -> None:  # type: ignore[no-untyped-def]
    assert fetch(sandbox) == sandbox.account_sid


@pytest.mark.parametrize("trust_env", [True, False])
async def test_aiohttp_reaches_the_sandbox(trust_env: bool, sandbox: Sandbox) -> None:
    headers = urllib3.make_headers(basic_auth=":".join(credentials_of(sandbox)))
    async with aiohttp.ClientSession(trust_env=trust_env) as session, session.get(url_of(sandbox), headers=headers) as answer:
        assert (await answer.json())["sid"] == sandbox.account_sid


async def test_the_coroutines_of_the_sdk_reach_the_sandbox(sandbox: Sandbox) -> None:
    async with AsyncTwilioHttpClient() as http_client:
        account = await Client(http_client=http_client).api.accounts(sandbox.account_sid).fetch_async()
    assert account.sid == sandbox.account_sid


def test_a_sandbox_of_exec_has_the_variables_of_one_that_pytest_starts(sandbox: Sandbox) -> None:
    assert set(sandbox.environment()) - set(OF_EXEC) == set()


def test_a_test_without_the_sandbox_has_the_environment_as_it_was() -> None:
    assert "//relay-phone:" not in os.environ.get("HTTPS_PROXY", "")
