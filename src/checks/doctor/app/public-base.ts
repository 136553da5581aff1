// Checks that the public base can be reached from outside, as Twilio does.
import { findSystemCode } from '../../../errors.js';
import { NoAnswer } from '../../../http/send.js';
import { type CheckFinding, nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck, type DoctorContext, findConfiguredPublicBase } from '../doctor-context.js';
import { requestPublicBase } from './public-way.js';

type Id = 'public-base-unresolved' | 'public-base-silent' | 'public-base-certificate' | 'public-base-offline';

const LOST = 'Twilio cannot reach the app: texts and calls are lost.';
const TUNNEL = 'relay-phone tunnel';

/** Whether it answers, with a certificate that holds. */
export const publicBaseCheck = createDoctorCheck<Id>({
  id: 'public-base',
  group: 'public base',
  checks: 'the public base: resolves, answers, with a certificate that holds',
  needs: ['site-origin'],
  findings: {
    'public-base-unresolved': { severity: 'fault', why: LOST },
    'public-base-silent': { severity: 'fault', why: LOST },
    'public-base-certificate': {
      severity: 'fault',
      why: 'Twilio calls only what has a valid certificate (11237).',
    },
    'public-base-offline': { severity: 'fault', why: LOST },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    if (base === undefined) return nothingToCheck('none is set');
    return base.startsWith('http:') ? pass(`${base}, this machine itself`) : checkReachable(context, base);
  },
});

async function checkReachable(context: DoctorContext, base: string) {
  try {
    const answer = await requestPublicBase(context, base);
    const code = answer.headers['ngrok-error-code'];
    if (code === undefined) return pass(`${base} answers`);
    const what = `${base}: ngrok answers itself (${code}), for no tunnel is open`;
    return passUnless('', [{ id: 'public-base-offline', what, tryNext: [TUNNEL] } as const]);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return passUnless('', [describeNoAnswer(base, error)]);
  }
}

function describeNoAnswer(base: string, { message, cause }: NoAnswer): CheckFinding<Id> {
  const code = findSystemCode(cause) ?? '';
  const what = `${base}: ${message}`;
  if (['ENOTFOUND', 'EAI_AGAIN'].includes(code)) {
    const tryNext = [TUNNEL, 'relay-phone init --public-url, with a host that exists'];
    return { id: 'public-base-unresolved', what, tryNext };
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    const tryNext = ['a tunnel with a certificate of its own: relay-phone tunnel', 'renew the certificate'];
    return { id: 'public-base-certificate', what, tryNext };
  }
  return {
    id: 'public-base-silent',
    what,
    tryNext: [TUNNEL, 'start whatever else leads from there to the app'],
  };
}
