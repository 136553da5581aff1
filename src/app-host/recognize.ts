// Recognises from an app's answer that it refuses the host it was asked for, or that another program answers in its place.
import { shorten } from '../control-characters.js';
import { HOST_REFUSALS, type HostRefusalRule } from './frameworks.js';

/** A fault of the app that an answer shows. */
export interface AppFault {
  /** The app refuses the public host, or macOS answers in its place. */
  readonly id: 'host-refused' | 'airplay';
  /** What is wrong, as a clause without a full stop. */
  readonly what: string;
  /** What to do about it, most promising first. */
  readonly tryNext: readonly string[];
  /** The status of the answer that shows it; undefined if there was no answer. */
  readonly status: number | undefined;
}

/** The parts of an answer that show a fault. */
export interface SeenAnswer {
  readonly status: number;
  /** The header `Server`. */
  readonly server: string | undefined;
  /** The body, or its beginning. */
  readonly body: string;
}

/** Where an answer came from. */
export interface AskedHost {
  /** The origin of the app. */
  readonly app: string;
  /** The host that it was asked for, with its port. */
  readonly host: string;
  /** The key in `.env` that lists the host for Firefox Relay; undefined if there is none. */
  readonly hostsKey?: string | undefined;
}

/** A Django error page is longer; what it says stands at its beginning. */
const MAX_BODY_LENGTH = 64 * 1024;
const MAX_QUOTE_LENGTH = 120;

/**
 * Returns the fault that an answer shows; undefined if it shows none.
 *
 * @param proof what the answer is: to `any` request, to a GET of a `page`, or one that differs from the answer for
 * 127.0.0.1 (`difference`)
 */
export function recognizeAppFault(
  answer: SeenAnswer,
  asked: AskedHost,
  proof: HostRefusalRule['proof'],
): AppFault | undefined {
  if (isAirPlay(answer.server)) return describeAirPlay(asked.app, answer.status);
  const body = answer.body.slice(0, MAX_BODY_LENGTH).toLowerCase();
  const rule = HOST_REFUSALS.find(
    ({ statuses, says, proof: needed }) =>
      PROOFS[proof].includes(needed) && statuses.includes(answer.status) && isSaid(says, body),
  );
  return rule && describeRefusal(rule, answer, asked);
}

/** @param body in lower case */
function isSaid(says: HostRefusalRule['says'], body: string): boolean {
  if (typeof says === 'string') return body.trim() === says.toLowerCase();
  return says.some((texts) => contains(body, texts));
}

/** True if the body contains the texts one after the other. */
function contains(body: string, texts: readonly string[]): boolean {
  let from = 0;
  return texts.every((text) => {
    const at = body.indexOf(text.toLowerCase(), from);
    from = at + text.length;
    return at >= 0;
  });
}

/** What counts as a proof, by what the answer is. */
const PROOFS: Readonly<Record<HostRefusalRule['proof'], readonly HostRefusalRule['proof'][]>> = {
  any: ['any'],
  page: ['any', 'page'],
  difference: ['any', 'page', 'difference'],
};

/**
 * True if an answer is from the AirPlay Receiver, which listens on ports 5000 and 7000 of macOS 12 and later.
 *
 * @param server the header `Server`
 */
export function isAirPlay(server: string | undefined): boolean {
  return server !== undefined && /^AirTunes\b/i.test(server);
}

/** Returns the fault that macOS answers at the address of the app. */
export function describeAirPlay(app: string, status: number): AppFault {
  return {
    id: 'airplay',
    status,
    what: `the AirPlay Receiver of macOS answers at ${app}, not the app`,
    tryNext: [
      'start the app on another port, and give relay-phone that port',
      'or turn it off: System Settings, General, AirDrop & Handoff, AirPlay Receiver',
    ],
  };
}

function describeRefusal(
  rule: HostRefusalRule,
  answer: SeenAnswer,
  { app, host, hostsKey }: AskedHost,
): AppFault {
  const { framework, setting, where } = rule;
  const name = hostnameOf(host);
  return {
    id: 'host-refused',
    status: answer.status,
    what: `the app at ${app} refuses this host, ${name}: ${framework} answers ${answer.status}${quote(answer.body)}`,
    tryNext:
      framework === 'Django'
        ? adviseDjango(name, hostsKey)
        : [`add ${name} to ${setting} in ${where}, and restart the app`],
  };
}

/** @param key the key in `.env` that lists the host; undefined if we do not write it */
function adviseDjango(host: string, key: string | undefined): string[] {
  const list = [...new Set([host, '127.0.0.1', 'localhost'])].join(',');
  return [
    ...(key === undefined
      ? []
      : [`restart the app: ${key} in .env lists the host now, and the app reads .env only when it starts`]),
    `set ${key ?? 'ALLOWED_HOSTS'}=${list} where the app reads its settings`,
  ];
}

/**
 * Returns the fault of an unknown framework.
 *
 * @param status of its answer, if it gave one
 * @param how what it does with the host, and with its own, as a clause
 */
export function describeUnknownRefusal(
  { app, host }: AskedHost,
  status: number | undefined,
  how: string,
): AppFault {
  const name = hostnameOf(host);
  return {
    id: 'host-refused',
    status,
    what: `the app at ${app} refuses this host, ${name}: ${how}`,
    tryNext: [
      `add ${name} to the list of hosts that the app allows, and restart it`,
      "read the app's output",
    ],
  };
}

/** Returns the first line of a text in quotes, as the end of a clause; nothing of HTML. */
export function quote(body: string): string {
  const line = body.slice(0, MAX_BODY_LENGTH).trimStart().split('\n', 1)[0]?.trim() ?? '';
  return line === '' || line.startsWith('<') ? '' : ` ("${shorten(line, MAX_QUOTE_LENGTH)}")`;
}

function hostnameOf(host: string): string {
  return host.replace(/:\d{1,5}$/, '');
}
