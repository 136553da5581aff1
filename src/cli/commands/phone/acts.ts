// Carries out what was typed at a phone: sends texts, calls, answers, presses keys.
import { findDurationMs } from '../../../duration.js';
import { RelayPhoneError } from '../../../errors.js';
import type { CallAct } from '../../../sandbox/control/phone-acts.js';
import { verifyKeys } from '../../../sandbox/phones/calls/phone-call.js';
import { describeUnsupportedUse, listUses } from '../../../sandbox/platform/events/unsupported-use.js';
import { findPhoneNumber } from '../../../sandbox/platform/phone-number.js';
import type { TraceDetails } from '../../../sandbox/traces/trace-log.js';
import type { HeldPhone } from './hold.js';
import type { Notice, ViewedCall } from './phone-view.js';
import { describePhoneCommands, type PhoneCommand, type TypedLine } from './typed-line.js';

/** The person at the phone. */
export interface PhoneActs {
  /**
   * Does what a line asks for. Resolves when that has left the phone; if lines come from a pipe, when the app has answered.
   *
   * @returns `quit` if the line ends the command
   * @throws RelayPhoneError if it cannot be done.
   */
  do(line: TypedLine): Promise<'quit' | undefined>;
  /** The number that texts go to; undefined while none is known. */
  partner(): string | undefined;
  /**
   * Waits until nothing that was sent is in progress any more.
   *
   * @param hangsUp whether a call is hung up at once, and not only when nothing happens in it
   */
  finish(hangsUp: boolean): Promise<void>;
}

/** What the acts of a person need. */
export interface PhoneActsDeps {
  readonly held: HeldPhone;
  readonly partner: string | undefined;
  /** True if the lines come from a pipe: each waits for the one before it, and for what it needs. */
  readonly isPiped: boolean;
  readonly show: (...notices: readonly Notice[]) => void;
  /** Called if something that was sent has failed, or reached nobody. */
  readonly onFailure: () => void;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** How long a call may take to be answered, and a text or call to come, milliseconds. */
const [ANSWER_TIMEOUT_MS, WAIT_TIMEOUT_MS] = [60_000, 30_000];
/** How often a condition is looked at. */
const LOOK_AGAIN_MS = 20;
/** How long nothing must happen in a call before the next line of a pipe acts in it, and before the phone hangs up at the end. */
const [CALM_MS, SILENCE_MS] = [300, 2000];
/** How long one request waits for the end of a trace. */
const TRACE_TIMEOUT_MS = 60_000;
/** How long the end of a trace is waited for after the last line of a pipe. */
const FINISH_TIMEOUT_MS = 30_000;

/** Creates the acts of a person at a phone. */
export function createPhoneActs(deps: PhoneActsDeps): PhoneActs {
  const { held, isPiped, show, onFailure, now, sleep } = deps;
  const { number, view } = held;
  const outcomes = new Set<Promise<void>>();
  let partner = deps.partner;
  let waitedTexts = 0;
  let hasCalled = false;

  /** @returns false if the condition did not come true in time */
  async function until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    const deadline = now() + timeoutMs;
    while (!condition()) {
      if (now() > deadline) return false;
      await sleep(LOOK_AGAIN_MS);
    }
    return true;
  }

  const find = (...states: readonly ViewedCall['state'][]) =>
    states.flatMap((state) => view.calls().filter((call) => call.state === state))[0];
  const isLive = ({ sid }: ViewedCall) => view.calls().some((call) => call.sid === sid);

  /** Waits until nothing happens in a call for a while, no webhook of it is in progress, and it rings nowhere. */
  async function settle(call: ViewedCall, calmMs: number): Promise<void> {
    const start = now();
    const isCalm = () =>
      view.isSettled(call) && now() - Math.max(start, view.lastActivity(call.traceId)) >= calmMs;
    await until(() => !isLive(call) || isCalm(), ANSWER_TIMEOUT_MS);
  }

  /**
   * Shows how a trace ended, if that is not well. The text or call may be on its way for long.
   *
   * @param hasFailed returns whether the text or call has failed, besides what fails in its trace
   */
  function followOutcome(traceId: string, hasFailed: (trace: TraceDetails) => boolean): void {
    const outcome = (async () => {
      let trace = await held.control().trace(traceId, { wait: TRACE_TIMEOUT_MS });
      while (trace.state === 'open') trace = await held.control().trace(traceId, { wait: TRACE_TIMEOUT_MS });
      const { worst, sentence, tree } = trace;
      const lacking = held.failsOnUnsupported() ? listUses(tree.map(({ event }) => event)) : [];
      if (worst !== 'failed' && !hasFailed(trace) && lacking.length === 0) return;
      onFailure();
      const lastId = Math.max(...tree.map(({ event }) => event.id));
      await until(() => view.lastEventId() >= lastId, WAIT_TIMEOUT_MS);
      show({ mark: 'fault', text: sentence });
      show(...lacking.map((use): Notice => ({ mark: 'fault', text: describeUnsupportedUse(use) })));
    })();
    const ended = outcome.catch((error: unknown) => {
      // A sandbox that goes away, and one that was reset, are shown where its events are read.
      if (!(error instanceof RelayPhoneError)) throw error;
    });
    outcomes.add(ended);
    void ended.finally(() => outcomes.delete(ended));
  }

  async function sendText(body: string, mediaUrls: readonly string[] = []): Promise<void> {
    const text = { from: number, to: verifyPartner('send a text'), body, mediaUrls };
    const { traceId } = await (isPiped ? held.control().text(text) : held.control().startText(text));
    followOutcome(traceId, ({ succeeded }) => !succeeded);
  }

  function verifyPartner(task: string): string {
    partner ??= view.lastSender();
    if (partner !== undefined) return partner;
    throw refusal(task, 'it is not clear to which number', '/to +1…', '/to, to list the numbers');
  }

  /** @returns a number of the account, in E.164 */
  async function verifyOwned(task: string, text: string): Promise<string> {
    const owned = (await held.control().numbers()).map((one) => one.number);
    const asked = findPhoneNumber(text)?.number ?? text;
    if (owned.includes(asked)) return asked;
    throw refusal(task, `the account does not own ${asked}`, ...owned.slice(0, 8).map((one) => `/to ${one}`));
  }

  async function call(rest: string): Promise<void> {
    const to = rest === '' ? verifyPartner('call') : await verifyOwned('call', rest);
    const active = find('talking', 'calling');
    if (active) throw refusal('call', `the phone is in a call with ${active.other}`, '/hangup');
    const { sid, traceId } = await held.control().call(number, to);
    hasCalled = true;
    view.add({ sid, traceId, other: to, direction: 'outgoing', state: 'calling' });
    // Who hangs up before an answer has not failed.
    followOutcome(traceId, ({ counts }) => counts.webhooks === 0);
  }

  async function verifyRinging(task: string): Promise<ViewedCall> {
    if (isPiped) await until(() => find('ringing') !== undefined, WAIT_TIMEOUT_MS);
    const ringing = find('ringing');
    if (!ringing)
      throw refusal(task, isPiped ? `none came within ${WAIT_TIMEOUT_MS / 1000} s` : 'no call rings');
    hasCalled = true;
    return ringing;
  }

  /** @returns the call, once it is answered */
  async function verifyTalking(task: string): Promise<ViewedCall> {
    const active = find('talking', 'calling');
    if (!active)
      throw refusal(task, find('ringing') ? 'the call is not answered yet' : NO_CALL, '/answer', '/call');
    const isOver = () => !isLive(active) || find('talking')?.sid === active.sid;
    if (!(await until(isOver, ANSWER_TIMEOUT_MS)))
      throw refusal(task, `${active.other} did not answer within ${ANSWER_TIMEOUT_MS / 1000} s`, '/hangup');
    if (!isLive(active)) throw refusal(task, 'the call ended before it was answered');
    if (isPiped) await settle(active, CALM_MS);
    if (!isLive(active)) throw refusal(task, `${active.other} has hung up`);
    return active;
  }

  async function hangUp(): Promise<void> {
    const active = find('talking', 'calling');
    if (active && isPiped) await settle(active, CALM_MS);
    const still = active ? find('talking', 'calling') : find('ringing');
    if (still) await act(still, still.state === 'ringing' ? 'reject' : 'hang-up');
    // In a pipe nobody can know whether the app has hung up already.
    else if (!hasCalled) throw refusal('hang up', NO_CALL);
    else if (!isPiped) show({ mark: 'detail', text: 'the call is over already' });
  }

  /** Acts in a call. The next line finds the call as it is then: an answered or ended one is one for the view too. */
  async function act(call: ViewedCall, name: CallAct, content?: object): Promise<void> {
    await held.control().act(number, call.sid, name, content);
    if (name === 'press' || name === 'say') return;
    const isSeen = () => !isLive(call) || (name === 'answer' && find('talking')?.sid === call.sid);
    await until(isSeen, WAIT_TIMEOUT_MS);
  }

  async function waitFor(rest: string): Promise<void> {
    if (rest !== '') {
      const timeMs = findDurationMs(rest);
      if (timeMs === undefined) throw refusal('wait', `'${rest}' is not a time such as 5s`);
      await sleep(timeMs);
      return;
    }
    waitedTexts += 1;
    if (await until(() => view.textCount() >= waitedTexts, WAIT_TIMEOUT_MS)) return;
    throw refusal('wait for a text', `none came within ${WAIT_TIMEOUT_MS / 1000} s`);
  }

  async function listNumbers(): Promise<void> {
    const owned = await held.control().numbers();
    if (owned.length === 0)
      throw refusal('list the numbers', 'the account has none', 'relay-phone init --sandbox');
    show(
      ...owned.map(
        ({ number: one }): Notice => ({
          mark: 'line',
          text: `  ${one}${one === partner ? '  (texts and calls go here)' : ''}`,
        }),
      ),
    );
  }

  const commands: Readonly<Record<PhoneCommand, (rest: string) => Promise<unknown>>> = {
    to: async (rest) => {
      if (rest === '') return listNumbers();
      partner = await verifyOwned('switch', rest);
      return show({ mark: 'detail', text: `texts and calls go to ${partner} from now on` });
    },
    media: (rest) => {
      const [url = ''] = rest.split(/\s/, 1);
      if (url === '')
        throw refusal('send a picture', 'there is no URL', '/media https://example.com/cat.jpg Look');
      return sendText(rest.slice(url.length).trimStart(), [url]);
    },
    call,
    answer: async () => act(await verifyRinging('answer'), 'answer'),
    decline: async () => act(await verifyRinging('decline'), 'reject'),
    press: async (rest) => {
      const keys = verifyKeys(rest.replaceAll(' ', ''));
      return act(await verifyTalking('press keys'), 'press', { keys });
    },
    say: async (rest) => {
      if (rest === '') throw refusal('speak', 'there are no words to say', '/say Hello');
      return act(await verifyTalking('speak'), 'say', { words: rest });
    },
    hangup: hangUp,
    busy: async () => {
      await held.setReach('busy');
      const ringing = find('ringing');
      if (ringing) await act(ringing, 'reject');
      show({ mark: 'detail', text: 'calls are refused as busy; /on ends that' });
    },
    off: async () => {
      await held.setReach('off');
      show({
        mark: 'detail',
        text: 'the phone is off: texts fail with 30003, calls are not answered; /on ends that',
      });
    },
    on: async () => {
      await held.setReach('on');
      show({ mark: 'detail', text: 'the phone is on' });
    },
    block: async (rest) => {
      const blocked = verifyNumber('block', rest || (partner ?? ''));
      await held.setBlocked([...new Set([...held.blocked(), blocked])]);
      show({
        mark: 'detail',
        text: `${blocked} is blocked: its texts fail with 30004, its calls are declined`,
      });
    },
    unblock: async (rest) => {
      const unblocked = verifyNumber('unblock', rest || (partner ?? ''));
      await held.setBlocked(held.blocked().filter((one) => one !== unblocked));
      show({ mark: 'detail', text: `${unblocked} is not blocked` });
    },
    wait: waitFor,
    help: async () => show(...describePhoneCommands().map((text): Notice => ({ mark: 'line', text }))),
    quit: async () => undefined,
  };

  return {
    do: async (line) => {
      if (line.kind === 'text') await sendText(line.body);
      if (line.kind === 'unknown') throw isUnknown(line);
      if (line.kind !== 'command') return undefined;
      await commands[line.name](line.rest);
      return line.name === 'quit' ? 'quit' : undefined;
    },
    partner: () => partner ?? view.lastSender(),
    finish: async (hangsUp) => {
      for (let call = find('talking', 'calling'); call; call = find('talking', 'calling')) {
        if (!hangsUp) await settle(call, SILENCE_MS);
        if (isLive(call)) await act(call, 'hang-up').catch(ignoreUsage);
        if (!(await until(() => call !== undefined && !isLive(call), WAIT_TIMEOUT_MS))) break;
      }
      const isDone = await Promise.race([
        Promise.all(outcomes).then(() => true),
        sleep(FINISH_TIMEOUT_MS).then(() => false),
      ]);
      if (!isDone) show({ mark: 'warn', text: 'not over yet: a slow phone, a slow app, or a manual clock' });
      const { lastEventId } = await held.control().state();
      await until(() => view.lastEventId() >= lastEventId, WAIT_TIMEOUT_MS);
    },
  };
}

const NO_CALL = 'the phone is in no call';

function verifyNumber(task: string, text: string): string {
  const found = findPhoneNumber(text)?.number;
  if (found !== undefined) return found;
  throw refusal(
    task,
    text === '' ? 'there is no number' : `${text} is not a phone number`,
    `/${task} +12025550100`,
  );
}

function isUnknown({ typed, nearest }: Extract<TypedLine, { kind: 'unknown' }>): RelayPhoneError {
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  const reason = `there is no such command${hint}`;
  return refusal(`understand ${typed}`, reason, '/help', `/${typed} …, to send it as a text`);
}

function refusal(task: string, reason: string, ...tryNext: readonly string[]): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task, reason, tryNext });
}

function ignoreUsage(error: unknown): void {
  if (!(error instanceof RelayPhoneError && error.kind === 'usage')) throw error;
}
