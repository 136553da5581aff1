// Faults of ngrok, in the sandbox, with our own fake ngrok edge.
import { mkdirSync, writeFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { listen } from '../../../src/http/listen.js';
import { createNgrokEdge, type FakeNgrokEdge } from '../ngrok-edge/edge.js';
import type { Fault, Faults } from './fault.js';
import { answerLikeRelay } from './relay-like.js';
import type { SandboxScene } from './sandbox-scene.js';

/** Well-formed, but belongs to no account. */
export const NGROK_TOKEN = '2abcDEFghiJKLmnoPQRstuVWXyz_3ABCdefGHIjklMNOpqrS';

/** The faults, by the id of the finding. */
export const NGROK_FAULTS: Faults<SandboxScene> = {
  'ngrok-authtoken-missing': () => ({ options: { environment: { NGROK_DOMAIN: 'mine.ngrok-free.app' } } }),
  'ngrok-authtoken-malformed': () => ({
    options: { environment: { NGROK_AUTHTOKEN: 'ngrok config add-authtoken abc' } },
  }),
  'ngrok-domain-malformed': withEdge(() => ({
    options: { environment: { NGROK_DOMAIN: 'no domain at all' } },
  })),
  'ngrok-domain-differs': withEdge(async ({ startPublicBase, moveTo }) => {
    await moveTo((await startPublicBase()).origin);
    return { options: { environment: { NGROK_DOMAIN: 'mine.ngrok-free.app' } } };
  }),
  'ngrok-yml-broken': withEdge(({ workspace }) => {
    mkdirSync(workspace.file('.config/ngrok'), { recursive: true });
    workspace.write('.config/ngrok/ngrok.yml', 'version: 3\nagent: [\n');
    return { options: { environment: { XDG_CONFIG_HOME: workspace.file('.config') } } };
  }),
  'ngrok-session-limit': withEdge((_scene, edge) => {
    edge.refuse('session', { code: 108, text: 'Your account is limited to 3 simultaneous sessions.' });
    return undefined;
  }),
  'ngrok-refuses': withEdge((_scene, edge) => {
    edge.refuse('session', { code: 107, text: `The authtoken ${NGROK_TOKEN} was revoked.` });
    return undefined;
  }),
  'ngrok-unreachable': withEdge(async (_scene, edge) => {
    await edge.goOffline();
    return undefined;
  }),
  'ngrok-unloadable': withEdge(({ copyPackage }) => ({
    options: { cli: copyPackage(['node_modules/@ngrok']) },
  })),
  'ngrok-agent-elsewhere': withEdge(async ({ startPublicBase, moveTo }) => {
    const { origin } = await startPublicBase();
    await moveTo(origin);
    const endpoints = [{ url: origin, upstream: { url: 'http://localhost:3000' } }];
    // The port of an agent's API; a second agent takes the next port.
    const agent = await listen((_request, response) => response.end(JSON.stringify({ endpoints })), {
      port: 4040,
      spare: 1,
    });
    onTestFinished(agent.close);
    return undefined;
  }),
  'ngrok-interstitial': withEdge(async ({ startPublicBase, moveTo, sandbox }) => {
    const base = await startPublicBase();
    const relay = answerLikeRelay({ authToken: sandbox.authToken, origin: base.origin });
    base.answer((called) =>
      called.headers['user-agent']?.startsWith('Mozilla/') && !called.headers['ngrok-skip-browser-warning']
        ? { status: 200, headers: { 'ngrok-error-code': 'ERR_NGROK_6024' } }
        : relay(called),
    );
    await moveTo(base.origin);
    return undefined;
  }),
};

/** Starts a fake ngrok edge for the scene, and sets an authtoken for it. */
function withEdge(
  arrange: (scene: SandboxScene, edge: FakeNgrokEdge) => ReturnType<Fault<SandboxScene>>,
): Fault<SandboxScene> {
  return async (scene) => {
    const edge = await createNgrokEdge();
    onTestFinished(edge.close);
    writeFileSync(scene.workspace.file('edge.pem'), edge.ca);
    Object.assign(scene.environment, {
      NGROK_AUTHTOKEN: NGROK_TOKEN,
      RELAY_PHONE_NGROK_SERVER: edge.server,
      RELAY_PHONE_NGROK_CA: scene.workspace.file('edge.pem'),
    });
    return arrange(scene, edge);
  };
}
