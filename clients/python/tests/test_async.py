"""The fixtures for coroutines: with an app in the same event loop, and when a wait is cancelled."""

import asyncio
import inspect
import re
import threading
from collections.abc import AsyncIterator

import pytest
import uvicorn
from apps import fastapi_courier
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from pytest_relay_phone import (
    AsyncCall,
    AsyncClock,
    AsyncFault,
    AsyncPhone,
    AsyncSandbox,
    Call,
    Clock,
    Fault,
    Phone,
    Sandbox,
    SandboxRefusal,
    Unmet,
)

# It ends what hangs, and says nothing about how quick anything is.
DEADLINE_SECONDS = 120.0


@pytest.fixture
async def mask(async_sandbox: AsyncSandbox) -> AsyncIterator[str]:
    """A number whose texts go to the FastAPI app, in the loop of the test."""
    server = uvicorn.Server(uvicorn.Config(fastapi_courier.app, port=0, log_level="warning"))
    sockets = [server.config.bind_socket()]
    # Webhooks wait until the server is there.
    sockets[0].listen()
    serving = asyncio.create_task(server.serve(sockets))
    port = sockets[0].getsockname()[1]
    yield await async_sandbox.number(sms_url=f"http://127.0.0.1:{port}/sms")
    server.should_exit = True
    await serving


async def test_an_app_in_the_loop_of_the_test_forwards_a_text(
    mask: str, async_sandbox: AsyncSandbox, async_phone: AsyncPhone
) -> None:
    courier = async_sandbox.phone(fastapi_courier.COURIER)
    waiting = asyncio.create_task(courier.wait_for_text("Hello", timeout=30))
    result = await async_phone.text(mask, "Hello")
    assert result.status == 200
    assert (await waiting).body == "Customer: Hello"
    await async_sandbox.assert_not_leaked(async_phone.number)
    assert (await async_sandbox.wait_until_quiet(result.trace_id)).succeeded


async def test_a_call_has_coroutines_too(async_sandbox: AsyncSandbox, async_phone: AsyncPhone) -> None:
    await async_phone.behave(calls="no-answer")
    main = async_sandbox.sync.main_number
    document = "<Response><Say>Hello</Say></Response>"
    await asyncio.to_thread(Client().calls.create, from_=main, to=async_phone.number, twiml=document)
    call = await async_phone.wait_for_call()
    await call.answer()
    assert await call.wait_for_heard("Hello") == "Hello"
    assert (await call.wait_until_ended()).state == "ended"


async def test_a_wait_without_a_text_raises(async_phone: AsyncPhone) -> None:
    with pytest.raises(Unmet, match=re.escape("got no text within 0.1 s")) as raised:
        await async_phone.wait_for_text(timeout=0.1)
    assert "concurrent" not in "".join(str(entry.path) for entry in raised.traceback)


def test_a_cancelled_wait_does_not_hold_up_the_loop(async_phone: AsyncPhone) -> None:
    async def wait() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(async_phone.wait_for_text(timeout=600), 0.1)

    # Closing the loop joins its threads: with a wait in one of them this would last ten minutes.
    running = threading.Thread(target=asyncio.run, args=(wait(),), daemon=True)
    running.start()
    running.join(DEADLINE_SECONDS)
    assert not running.is_alive()


async def test_many_waits_at_once_leave_threads_to_the_app(
    mask: str, async_sandbox: AsyncSandbox, async_phone: AsyncPhone
) -> None:
    phones = [async_sandbox.phone(f"+1202555{number:04}") for number in range(101, 141)]
    waits = [asyncio.create_task(phone.wait_for_text(timeout=DEADLINE_SECONDS)) for phone in phones]
    main = async_sandbox.main_number
    for phone in phones:
        await asyncio.to_thread(Client().messages.create, from_=main, to=phone.number, body=phone.number)
    assert [text.body for text in await asyncio.gather(*waits)] == [phone.number for phone in phones]


async def test_two_waits_of_a_phone_return_two_texts_and_a_cancelled_one_none(
    async_sandbox: AsyncSandbox, async_phone: AsyncPhone
) -> None:
    cancelled = asyncio.create_task(async_phone.wait_for_text(timeout=DEADLINE_SECONDS))
    await async_sandbox.traces()
    cancelled.cancel()
    waits = [asyncio.create_task(async_phone.wait_for_text(timeout=DEADLINE_SECONDS)) for _ in range(2)]
    await asyncio.sleep(0)
    for body in ["one", "two"]:
        await asyncio.to_thread(Client().messages.create, from_=async_sandbox.main_number, to=async_phone.number, body=body)
    assert sorted([text.body for text in await asyncio.gather(*waits)]) == ["one", "two"]


async def test_a_fault_ends_with_its_block(async_sandbox: AsyncSandbox, async_phone: AsyncPhone) -> None:
    client = Client()

    async def send() -> None:
        main = async_sandbox.main_number
        await asyncio.to_thread(client.messages.create, from_=main, to=async_phone.number, body="Hello")

    async with await async_sandbox.fail(path="Messages", status=400, code=21610) as fault:
        with pytest.raises(TwilioRestException):
            await send()
        assert await fault.hits() == 1
    await send()
    assert await async_sandbox.clock.is_manual() is False


@pytest.mark.parametrize(
    ("plain", "view"),
    [(Sandbox, AsyncSandbox), (Phone, AsyncPhone), (Call, AsyncCall), (Clock, AsyncClock), (Fault, AsyncFault)],
)
def test_a_view_has_what_its_object_has(plain: type, view: type) -> None:
    # Attributes are compared in the next test.
    def public(one: type) -> dict[str, object]:
        return {name: value for name, value in vars(one).items() if not name.startswith("_")}

    assert set(public(plain)) - set(public(view)) == set()
    for name in sorted(set(public(plain)) & set(public(view))):
        own, viewed = getattr(plain, name), getattr(view, name)
        if inspect.iscoroutinefunction(viewed) and callable(own):
            assert inspect.signature(viewed).parameters.keys() == inspect.signature(own).parameters.keys(), name


async def test_a_view_has_the_attributes_of_its_object(async_sandbox: AsyncSandbox, async_phone: AsyncPhone) -> None:
    sandbox, phone = async_sandbox.sync, async_sandbox.sync.phone(async_phone.number)
    call = await async_phone.call(async_sandbox.main_number)
    for plain, view in [
        (sandbox, async_sandbox),
        (phone, async_phone),
        (sandbox.phone("+12125550191").call(sandbox.main_number), call),
    ]:
        names = [name for name in vars(plain) if not name.startswith("_")]
        assert [name for name in names if not hasattr(view, name)] == []


def test_anyio_runs_the_same_fixtures(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.anyio
        async def test_one(async_sandbox, async_phone):
            number = await async_sandbox.number()
            assert (await async_phone.text(number, "Hello")).webhook is None
        """
    )
    pytester.runpytest_subprocess("-p", "no:asyncio").assert_outcomes(passed=1)


async def test_waiting_at_a_number_of_the_account_is_refused_at_once(async_sandbox: AsyncSandbox) -> None:
    own = async_sandbox.phone(await async_sandbox.number())
    for wait in (own.wait_for_text, own.wait_for_call):
        with pytest.raises(SandboxRefusal, match="the account owns that number, so it is not a phone"):
            await wait(timeout=60)
