// Checks that the public base leads to this app.
import { findProxyAgent } from '../../../http/proxy.js';
import { type HttpAnswer, sendRequest } from '../../../http/send.js';
import { createSignature } from '../../../twilio/signature.js';
import { nothingToCheck, passUnless } from '../../check.js';
import { createDoctorCheck, type DoctorContext, findConfiguredPublicBase } from '../doctor-context.js';
import { classifyAnswer, createTestCallbacks, sendTestCallback } from './callbacks.js';

/** What keeps the pages away that ngrok and localtunnel show to browsers. */
const SKIP_INTERSTITIAL = { 'ngrok-skip-browser-warning': '1', 'Bypass-Tunnel-Reminder': '1' } as const;

/** Whether the app is what stands behind it. */
export const publicWayCheck = createDoctorCheck({
  id: 'public-way',
  group: 'public base',
  checks: 'the public base: leads to the app, which takes there what it takes here',
  needs: ['public-base', 'app-signature'],
  findings: {
    'public-base-leads-elsewhere': {
      severity: 'fault',
      why: 'Webhooks come to somebody else, or are changed on their way so that their signature is wrong.',
    },
  },
  run: async (context) => {
    const publicBase = findConfiguredPublicBase(context);
    if (!publicBase || publicBase === (await context.findAppOrigin()))
      return nothingToCheck('it is the app itself');
    const view = await context.openAccount();
    const { client, authToken } = view.setup;
    const about = { accountSid: client.accountSid, app: await view.twimlApp() };
    const way = { origin: publicBase, publicBase, ...(await findRoute(context, publicBase)) };
    const answers = await Promise.all(
      createTestCallbacks(about).map(async (one) => {
        const signature = createSignature(authToken, publicBase + one.path, one.form);
        const { status, headers } = await sendTestCallback(one, { ...way, signature });
        return { status, path: one.path, isTaken: classifyAnswer({ status, headers, body: '' }) === 'taken' };
      }),
    );
    const refused = answers.find(({ isTaken }) => !isTaken);
    return passUnless(`${publicBase} leads to the app`, [
      refused && {
        id: 'public-base-leads-elsewhere',
        what: `${publicBase} answers ${refused.status} to ${refused.path}, and the app takes it`,
        tryNext: [
          'relay-phone tunnel',
          'have the tunnel lead to the port of the app, and leave Host, path and body as they are',
        ],
      },
    ]);
  },
});

/** Asks the public base for its first page, as no browser unless other headers are given. @throws NoAnswer */
export async function requestPublicBase(
  context: DoctorContext,
  base: string,
  headers: Readonly<Record<string, string>> = SKIP_INTERSTITIAL,
): Promise<HttpAnswer> {
  return sendRequest({
    method: 'GET',
    url: new URL('/', base),
    headers,
    ...(await findRoute(context, base)),
  });
}

/** Through a proxy, where there is one: what is asked is what the world sees. */
async function findRoute({ environment, timeoutMs: timeout }: DoctorContext, base: string) {
  return { timeout, agent: await findProxyAgent(environment, new URL(base).hostname) };
}
