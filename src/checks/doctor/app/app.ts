// Checks that the app runs, and accepts requests for its public host.
import { findAppFault } from '../../../app-host/compare-hosts.js';
import { appAgentFor } from '../../../http/client.js';
import { NoAnswer, sendRequest } from '../../../http/send.js';
import { planAllowedHosts } from '../../../settings/env-file/hosts.js';
import { found, nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck, findConfiguredPublicBase } from '../doctor-context.js';

/** Checks that something answers where the app should be. */
export const appCheck = createDoctorCheck({
  id: 'app',
  group: 'app',
  expects: 'the app answers on this machine',
  needs: ['binary', 'state-folder'],
  findings: {
    'app-down': { severity: 'fault', why: 'While it is down, texts and calls to masks are lost.' },
  },
  run: async ({ findAppOrigin, lines, timeoutMs }) => {
    const app = findAppOrigin();
    try {
      const url = new URL('/', app);
      await sendRequest({ method: 'GET', url, timeoutMs, agent: appAgentFor(url) });
      return pass(`answers at ${app}`);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const tryNext = [...lines.starts, '--app URL, if it is somewhere else'];
      return found({ id: 'app-down', what: error.message, tryNext });
    }
  },
});

type HostFinding = 'app-refuses-host' | 'app-is-airplay';

/** Checks that the app accepts its public host, and is not another program that macOS starts. */
export const appHostCheck = createDoctorCheck<HostFinding>({
  id: 'app-host',
  group: 'app',
  expects: 'the app accepts requests for its public host, and is not the AirPlay Receiver of macOS',
  needs: ['app', 'site-origin'],
  findings: {
    'app-refuses-host': {
      severity: 'fault',
      why: 'It answers everything that Twilio sends with an error, before its own code runs.',
    },
    'app-is-airplay': {
      severity: 'fault',
      why: 'macOS uses ports 5000 and 7000 itself: webhooks never reach the app.',
    },
  },
  run: async (context) => {
    const app = context.findAppOrigin();
    const configured = findConfiguredPublicBase(context);
    const publicBase = configured ?? app;
    const { host } = new URL(publicBase);
    const { key } = planAllowedHosts(context.envFile?.values ?? new Map(), host);
    const fault = await findAppFault({ app, publicBase, hostsKey: key, timeoutMs: context.timeoutMs });
    if (!fault && configured === undefined) return nothingToCheck('no public base is set');
    return passUnless(`accepts requests for ${host}`, [
      fault && { id: FINDINGS[fault.id], what: fault.what, tryNext: fault.tryNext },
    ]);
  },
});

const FINDINGS: Readonly<Record<'host-refused' | 'airplay', HostFinding>> = {
  'host-refused': 'app-refuses-host',
  airplay: 'app-is-airplay',
};
