// The stage of smoke's story, all in this process: a sandbox in memory, and our own relay as the app.
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { SmokeStage } from '../../../checks/smoke/story/stage.js';
import { RelayPhoneError } from '../../../errors.js';
import { createRelayApi } from '../../../firefox-relay/relay-api.js';
import { listen } from '../../../http/listen.js';
import { once } from '../../../once.js';
import { createRelay } from '../../../relay/create.js';
import type { RelayEvent } from '../../../relay/relay.js';
import { createSandbox } from '../../../sandbox/create.js';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { createEnvReader } from '../../../settings/env-file/read.js';
import { findDeliveryFault } from '../../../setup/delivery.js';
import { runSetup } from '../../../setup/run.js';
import { NO_CHOICES, required, type Setup } from '../../../setup/setup.js';
import { STEPS } from '../../../setup/steps.js';
import type { StateFolder } from '../../../state/folder.js';
import type { CommandContext } from '../../core/command-context.js';
import { createRequestGate } from '../../core/port.js';
import type { CliPorts } from '../../core/ports.js';
import { createScreen } from '../../core/screen.js';
import { createSandboxPhones, createSetup } from '../../core/session.js';
import { createOwnPlace, type StatePlace } from '../../core/state-place.js';
import { checkPhone } from '../send-test/phone-check.js';
import { createNumberPurchaser } from '../serve/shop.js';

/** The token of the relay's user API, which only this process uses. */
const TOKEN = 'story';

/** Fictional numbers, as in films. */
const [OWNER, CONTACT] = ['+13015550195', '+12125550190'] as const;
/** The longest pause between two requests for the status of a text; the sandbox takes a few milliseconds. */
const MAX_PAUSE_MS = 2;
const ANSWER_TIMEOUT_MS = 10_000;

/** The opened stage. */
export interface OpenedStage {
  readonly stage: SmokeStage;
  readonly sandbox: Sandbox;
  /** Closes everything. */
  close(): Promise<void>;
}

/** Opens the stage. @param path of an empty folder, for what `init` writes */
export async function openSmokeStage(ports: CliPorts, path: string): Promise<OpenedStage> {
  const state = createOwnPlace(path);
  const folder = state.open();
  const sandbox = await createSandbox();
  const gate = createRequestGate();
  const server = await listen(gate.listener, { port: 0 });
  const setup = await createStorySetup(ports, sandbox, { origin: server.origin, state });
  let relay: StoryRelay | undefined;
  const [owner, contact] = [sandbox.phone(OWNER), sandbox.phone(CONTACT)];
  // The phone rings until the story answers it.
  owner.behave({ calls: 'no-answer' });
  const stage: SmokeStage = {
    owner,
    contact,
    setUp: async () => {
      await runSetup(setup, STEPS);
      const fault = findDeliveryFault(setup.facts.text, setup.command);
      if (fault) throw fault;
      relay = await createStoryRelay(setup, { folder, sandboxOrigin: sandbox.origin });
      gate.open(relay.listener);
    },
    takeMask: async () => {
      const api = createRelayApi({
        origin: server.origin,
        token: TOKEN,
        timeoutMs: ANSWER_TIMEOUT_MS,
        starts: ['relay-phone serve'],
        findAdvice: () => undefined,
      });
      const check = { number: OWNER, verify: true, mask: true, code: undefined };
      const { error } = await checkPhone(setup, api, check);
      if (error) throw error;
    },
    mask: () => required(relay).mask(),
    nextRefusal: () => required(relay).nextRefusal(ANSWER_TIMEOUT_MS),
    whoSaw: sandbox.whoSaw,
  };
  const close = once(async () => {
    await server.close();
    await relay?.close();
    await sandbox.close();
  });
  ports.onInterrupt(close);
  return { stage, sandbox, close };
}

/** A setup without settings, environment and output. */
function createStorySetup(
  ports: CliPorts,
  sandbox: Sandbox,
  { origin, state }: { readonly origin: string; readonly state: StatePlace },
): Promise<Setup> {
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  const isolated: CliPorts = {
    ...ports,
    stdout: discard,
    stderr: discard,
    environment: {},
    sleep: (milliseconds) => ports.sleep(Math.min(milliseconds, MAX_PAUSE_MS)),
  };
  const context: CommandContext = {
    ports: isolated,
    screen: createScreen(isolated, {}),
    envPath: join(state.path, '.env'),
    readEnv: createEnvReader(),
    envFile: undefined,
    loaded: { values: { publicUrl: origin }, sources: { publicUrl: 'flag' }, ignored: [], unresolved: [] },
    state,
    yes: true,
    checkout: undefined,
    named: {},
  };
  const choices = { ...NO_CHOICES, yes: true };
  const options = { command: 'smoke', prompts: undefined, choices, keeps: true };
  const phones = createSandboxPhones(OWNER, {
    texts: async (phone) => sandbox.phone(phone).texts(),
    allowedCountries: async () => sandbox.allowedCountries(),
    allowCountry: async (country) => sandbox.allowCountry(country),
  });
  const { origin: sandboxOrigin, accountSid } = sandbox;
  const target = { kind: 'sandbox', origin: sandboxOrigin, accountSid } as const;
  return createSetup(context, options, target, sandbox, phones);
}

/** The running relay. */
interface StoryRelay {
  readonly listener: RequestListener;
  /** The number of its mask. */
  mask(): string;
  /** The next text that Twilio refuses. @throws RelayPhoneError `fault` if there is none within the time */
  nextRefusal(timeoutMs: number): Promise<RelayEvent>;
  close(): Promise<unknown>;
}

/** Starts the relay for an account that is set up. */
async function createStoryRelay(
  setup: Setup,
  { folder, sandboxOrigin }: { readonly folder: StateFolder; readonly sandboxOrigin: string },
): Promise<StoryRelay> {
  const receivers = new Set<(event: RelayEvent) => void>();
  const relay = createRelay({
    database: ':memory:',
    client: setup.client,
    authToken: setup.authToken,
    publicBase: required(setup.facts.publicBase),
    apiOrigin: sandboxOrigin,
    token: TOKEN,
    isExposed: false,
    mainNumber: required(setup.facts.mainNumber).phoneNumber,
    purchaser: createNumberPurchaser({
      buyer: setup,
      findApplication: () => required(setup.facts.app?.sid),
      folder,
      waiting: { command: setup.command, timeoutMs: 0 },
      isAllowed: true,
    }),
    allowance: { texts: 10, seconds: 600, cycleMs: 86_400_000 },
    readsPrefixes: true,
    emit: (event) => {
      if (event.kind === 'refused') for (const receive of receivers) receive(event);
    },
  });
  await relay.start();
  return {
    listener: relay.listener,
    mask: () => required(relay.masks.list()[0]).number,
    nextRefusal: (timeoutMs) =>
      new Promise((resolve, reject) => {
        // `unref`: an abandoned wait must not keep the process running.
        const timer = setTimeout(() => reject(notRefused()), timeoutMs).unref();
        const receive = (event: RelayEvent) => {
          clearTimeout(timer);
          receivers.delete(receive);
          resolve(event);
        };
        receivers.add(receive);
      }),
    close: relay.close,
  };
}

function notRefused(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: 'wait for a refusal',
    reason: 'no text of the app was refused',
  });
}
