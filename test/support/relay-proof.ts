// Set-up of the proof with the real Firefox Relay: a copy of it, the built CLI, and a transcript of the commands.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { recognizeApp } from '../../src/firefox-relay/recognize-app.js';
import { listen } from '../../src/http/listen.js';
import { type PhonesReport, phonesReportSchema } from '../../src/reports.js';
import { copyCheckout, type RealCheckout } from './real-checkout.js';
import { createWorkspace, type Ended, type Workspace } from './workspace.js';

/** The phones of the proof. */
export const [OWNER, CONTACT, OTHER] = ['+12025550190', '+13015550195', '+14155550196'] as const;

/** The file for the transcript, if RELAY_TRANSCRIPT names one. */
const { RELAY_TRANSCRIPT } = process.env;

/** A copy of Relay with the commands to drive it. */
export interface RelayProof {
  readonly workspace: Workspace;
  /** The origin of Relay. */
  readonly origin: string;
  /** Runs a command, and adds it with its output to the transcript. */
  type(...args: readonly string[]): Promise<Ended>;
  /** Starts Relay, and waits until it answers. @param words of the command after `relay-phone`. Default: `exec`, on its port */
  startRelay(words?: readonly string[]): Promise<void>;
  /** Starts Relay without `exec`, and waits until it answers. None of its requests reaches Twilio. */
  startRelayBare(): Promise<void>;
  /** Ends Relay as Ctrl-C does. Returns the exit code, or null if Relay is not running. */
  stopRelay(): Promise<number | null>;
  /** Sends a request to Relay's API as the user of `checkout prepare`. Returns the parsed JSON. */
  ask(method: string, path: string, body?: object): Promise<unknown>;
  /** Returns the texts of a phone, oldest first. */
  texts(phone: string): Promise<PhonesReport['phones'][number]['texts']>;
  /** Returns each REST request that the sandbox answered, such as `DELETE /Messages/SM….json 204`. */
  requests(): Promise<readonly string[]>;
  end(): Promise<void>;
}

/** Copies Relay; no command has run yet. */
export async function createRelayProof(real: RealCheckout): Promise<RelayProof> {
  const workspace = createWorkspace();
  copyCheckout(real, workspace.path);
  const probe = await listen(() => undefined, { port: 0 });
  await probe.close();
  const { origin, port } = probe;
  const lines: string[] = [];
  let relay: ChildProcess | undefined;

  async function type(...args: readonly string[]): Promise<Ended> {
    const ended = await workspace.run(args);
    lines.push(`$ relay-phone ${args.map(quote).join(' ')}`, `${ended.stdout}${ended.stderr}`);
    return ended;
  }

  const serving = ['manage.py', 'runserver', '--noreload', String(port)];
  const environment = { PYTHONDONTWRITEBYTECODE: '1' };

  function startRelay(
    words: readonly string[] = ['exec', '--public-url', origin, '--', real.python, ...serving],
  ): Promise<void> {
    lines.push(`$ relay-phone exec -- python ${serving.join(' ')} &`, '');
    return waitForRelay(workspace.start(words, { environment, detached: true }));
  }

  function startRelayBare(): Promise<void> {
    const env = { ...process.env, ...environment, HTTPS_PROXY: 'http://127.0.0.1:9' };
    return waitForRelay(spawn(real.python, serving, { cwd: workspace.path, env, detached: true }));
  }

  async function waitForRelay(child: ChildProcess): Promise<void> {
    relay = child;
    relay.stdout?.resume();
    relay.stderr?.resume();
    while (relay.exitCode === null && (await recognizeApp(origin)) !== 'relay') await sleep(100);
  }

  async function stopRelay(): Promise<number | null> {
    const running = relay;
    if (!running || running.exitCode !== null) return null;
    const ended = once(running, 'exit');
    running.kill('SIGINT');
    const [code] = (await ended) as [number | null];
    return code;
  }

  async function ask(method: string, path: string, body?: object): Promise<unknown> {
    const { token } = JSON.parse(workspace.read('.relay-phone/relay-checkout.json')) as { token: string };
    const answer = await fetch(`${origin}/api/v1/${path}`, {
      method,
      headers: { Authorization: `Token ${token}`, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answer.json();
  }

  async function texts(phone: string) {
    const { stdout } = await workspace.run(['sandbox', 'phones', '--json']);
    const { phones } = phonesReportSchema.parse(JSON.parse(stdout));
    return phones.find(({ number }) => number === phone)?.texts ?? [];
  }

  async function requests(): Promise<readonly string[]> {
    const address = JSON.parse(workspace.read('.relay-phone/sandbox.json')) as Record<string, string>;
    const answer = await fetch(`http://127.0.0.1:${address.port}/_sandbox/requests`, {
      headers: { Authorization: `Bearer ${address.controlToken}` },
    });
    const list = (await answer.json()) as { method: string; path: string; status: number }[];
    return list.map(({ method, path, status }) => `${method} ${path.replace(/^.*\/AC\w+/, '')} ${status}`);
  }

  async function end(): Promise<void> {
    await stopRelay();
    if (RELAY_TRANSCRIPT)
      writeFileSync(RELAY_TRANSCRIPT, lines.join('\n').replaceAll(workspace.path, '~/relay'));
    workspace.remove();
  }

  return { workspace, origin, type, startRelay, startRelayBare, stopRelay, ask, texts, requests, end };
}

function quote(word: string): string {
  return /^[\w+:/.,=-]+$/.test(word) ? word : `'${word}'`;
}
