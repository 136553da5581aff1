// Faults of a Firefox Relay checkout, made of our own files and a fake Python.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type StandIn, WELL, writeCheckout, writeStandIn } from '../relay-checkout.js';
import type { Fault, Faults } from './fault.js';
import { type SandboxScene, setEnv } from './sandbox-scene.js';

const TOKEN = '04ab647b-31dd-4938-ac7c-bdd9d99d6f24';
/** The user as the script reports it: with the SHA-256 of that token. */
const USER = {
  active: true,
  account: true,
  phone: true,
  token: '3236a1a5fa03ce29b79178baeb875511a11d2bd27d7fb563ef50834bfec10276',
};

/** Turns the scene's folder into a checkout that has everything phones need. */
export async function prepareCheckout({ workspace }: SandboxScene): Promise<StandIn> {
  writeCheckout(workspace.path, {});
  setEnv(workspace, { SECRET_KEY: 'mine' });
  const python = writeStandIn(workspace.path);
  python.answer({ ...WELL, token: TOKEN });
  await workspace.run(['checkout', 'prepare', '--yes', '--trust-checkout']);
  python.answer({ ...WELL, user: USER });
  return python;
}

/** Returns a fault in which the script reports `answer`. */
function answering(answer: object): Fault<SandboxScene> {
  return async (scene) => {
    const python = await prepareCheckout(scene);
    python.answer({ ...WELL, user: USER, ...answer });
    return undefined;
  };
}

/** The faults, by the id of the finding. */
export const CHECKOUT_FAULTS: Faults<SandboxScene> = {
  'checkout-python': async (scene) => {
    await prepareCheckout(scene);
    rmSync(scene.workspace.file('.venv'), { recursive: true });
    return undefined;
  },
  'checkout-requirements': answering({ refusal: { word: 'requirements', detail: 'waffle' } }),
  'checkout-env-file': async (scene) => {
    await prepareCheckout(scene);
    scene.workspace.write(join('privaterelay', '.env'), 'DEBUG=True\n');
    return undefined;
  },
  'checkout-settings': async (scene) => {
    await prepareCheckout(scene);
    scene.setEnv({ RELAY_CHANNEL: 'stage' });
    return undefined;
  },
  'checkout-database': answering({ exists: false }),
  'checkout-migrations': answering({ pending: ['phones.0032_x'], flags: null, user: null }),
  'checkout-flags': answering({ flags: { phones: true }, user: { ...USER, phone: false } }),
  'checkout-user': answering({ user: null }),
  'checkout-token': answering({ user: { ...USER, token: 'another' } }),
  'checkout-translations': async (scene) => {
    await prepareCheckout(scene);
    rmSync(scene.workspace.file('privaterelay/locales/en'), { recursive: true });
    return undefined;
  },
};
