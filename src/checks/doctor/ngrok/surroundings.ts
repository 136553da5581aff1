// Checks for a local ngrok agent, and for ngrok's interstitial page.
import { listAgentEndpoints, servesPort } from '../../../tunnel/ngrok/agent-api.js';
import { nothingToCheck, passUnless } from '../../check.js';
import { requestPublicBase } from '../app/public-way.js';
import { createDoctorCheck, findConfiguredPublicBase } from '../doctor-context.js';

/** Of a browser, as ngrok looks for them. */
const BROWSER_HEADERS = { 'User-Agent': 'Mozilla/5.0', Accept: 'text/html' } as const;
const INTERSTITIAL = 'ERR_NGROK_6024';

/** Whether an agent that runs on this machine takes the public base elsewhere. */
export const ngrokAgentCheck = createDoctorCheck({
  id: 'ngrok-agent',
  group: 'ngrok',
  checks: 'ngrok, where it is used: an agent on this machine that leads the public base elsewhere',
  needs: ['ngrok', 'app'],
  findings: {
    'ngrok-agent-elsewhere': {
      severity: 'warning',
      why: 'Webhooks go where it leads, and relay-phone tunnel cannot open under the same host.',
    },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    if (base === undefined) return nothingToCheck('no public base is set');
    const port = Number(new URL(await context.findAppOrigin()).port || 80);
    const endpoints = await listAgentEndpoints();
    const others = endpoints.filter((one) => one.url.replace(/\/$/, '') === base && !servesPort(one, port));
    return passUnless(endpoints.length === 0 ? 'none runs' : 'one runs, and is not in the way', [
      ...others.map(({ url, upstream }) => ({
        id: 'ngrok-agent-elsewhere' as const,
        what: `an ngrok agent on this machine leads ${url} to ${upstream}, and the app is at port ${port}`,
        tryNext: [`ngrok http ${port} --url ${url}`, 'end the agent, and use relay-phone tunnel'],
      })),
    ]);
  },
});

/** Whether people see a page of ngrok's before the app. */
export const ngrokInterstitialCheck = createDoctorCheck({
  id: 'ngrok-interstitial',
  group: 'ngrok',
  checks: 'ngrok, where it is used: its page in front of the app, which browsers see on a free plan',
  needs: ['ngrok', 'public-base'],
  findings: {
    'ngrok-interstitial': {
      severity: 'warning',
      why: 'A browser, or a test with one, meets this page first. The webhooks of Twilio do not.',
    },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    if (!base?.startsWith('https:')) return nothingToCheck('it is not used');
    const { headers } = await requestPublicBase(context, base, BROWSER_HEADERS);
    return passUnless('no page in front of the app', [
      headers['ngrok-error-code'] === INTERSTITIAL
        ? {
            id: 'ngrok-interstitial',
            what: `ngrok shows browsers a page of its own at ${base}`,
            tryNext: [
              'the header ngrok-skip-browser-warning in tests',
              'click it away: it stays so for a week',
            ],
          }
        : undefined,
    ]);
  },
});
