// Sets the stage of smoke's story in this process: a sandbox in memory, and our own relay as the app behind it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { SmokeStage } from '../../../checks/smoke/story/stage.js';
import { createRelayApi } from '../../../firefox-relay/relay-api.js';
import { listen } from '../../../http/listen.js';
import { once } from '../../../once.js';
import { createSandbox } from '../../../sandbox/create.js';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { findDeliveryFault } from '../../../setup/delivery.js';
import { runSetup } from '../../../setup/run.js';
import { NO_CHOICES, required, type Setup } from '../../../setup/setup.js';
import { STEPS } from '../../../setup/steps.js';
import { openStateFolder } from '../../../state/folder.js';
import type { CommandContext } from '../../core/command-context.js';
import { createRequestGate } from '../../core/port.js';
import type { CliPorts } from '../../core/ports.js';
import { createScreen } from '../../core/screen.js';
import { createSandboxPhones, createSetup } from '../../core/session.js';
import { checkApp } from '../send-test/phone-check.js';
import { createStoryRelay, type StoryRelay, TOKEN } from './story-relay.js';

/** E.164; nobody's, as films use them. */
const [OWNER, CONTACT] = ['+13015550195', '+12125550190'] as const;
/** Milliseconds between two looks at a text: the sandbox takes a few. */
const STEP = 2;
/** Milliseconds for one answer. */
const PATIENCE = 10_000;

/** A stage, with the sandbox under it. */
export interface OpenStage {
  readonly stage: SmokeStage;
  readonly sandbox: Sandbox;
  /** Takes all of it away again. */
  close(): Promise<void>;
}

/** Sets it. What `init` writes goes to a folder that is gone afterwards. */
export async function openSmokeStage(ports: CliPorts): Promise<OpenStage> {
  const sandbox = await createSandbox();
  const folder = openStateFolder(mkdtempSync(join(tmpdir(), 'relay-phone-smoke-')));
  const gate = createRequestGate();
  const server = await listen(gate.listener, { port: 0 });
  const setup = await createStorySetup(ports, sandbox, { origin: server.origin, path: folder.path });
  let relay: StoryRelay | undefined;
  const [owner, contact] = [sandbox.phone(OWNER), sandbox.phone(CONTACT)];
  // It rings until the story takes it in hand.
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
        timeout: PATIENCE,
        findAdvice: () => undefined,
      });
      const wish = { number: OWNER, verify: true, mask: true, code: undefined };
      const { error } = await checkApp(setup, api, wish);
      if (error) throw error;
    },
    mask: () => required(relay).mask(),
    nextRefusal: () => required(relay).nextRefusal(PATIENCE),
    whoSaw: sandbox.whoSaw,
  };
  const close = once(async () => {
    await server.close();
    await relay?.close();
    await sandbox.close();
    rmSync(folder.path, { recursive: true, force: true });
  });
  ports.onInterrupt(close);
  return { stage, sandbox, close };
}

/** Of an empty place: no settings, no environment, and nobody who would read what is told. */
function createStorySetup(
  ports: CliPorts,
  sandbox: Sandbox,
  { origin, path }: { readonly origin: string; readonly path: string },
): Promise<Setup> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const alone: CliPorts = {
    ...ports,
    stdout: nowhere,
    stderr: nowhere,
    environment: {},
    sleep: (milliseconds) => ports.sleep(Math.min(milliseconds, STEP)),
  };
  const context: CommandContext = {
    ports: alone,
    screen: createScreen(alone, {}),
    envPath: join(path, '.env'),
    envFile: undefined,
    loaded: { values: { publicUrl: origin }, sources: { publicUrl: 'flag' }, ignored: [] },
    statePath: path,
    checkout: undefined,
  };
  const choices = { ...NO_CHOICES, yes: true };
  const options = { command: 'smoke', ask: undefined, choices, keeps: true };
  const phones = createSandboxPhones(OWNER, async (phone) => sandbox.phone(phone).texts());
  const target = { kind: 'sandbox', origin: sandbox.origin } as const;
  return createSetup(alone, context, options, target, sandbox, phones);
}
