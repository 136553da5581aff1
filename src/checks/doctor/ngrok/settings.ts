// Checks the ngrok settings of this machine: authtoken, domain, ngrok.yml.
import { RelayPhoneError } from '../../../errors.js';
import { findAuthtoken, findDomain } from '../../../tunnel/ngrok/settings.js';
import type { SourcedValue } from '../../../tunnel/tunnel.js';
import { type CheckFinding, nothingToCheck, passUnless } from '../../check.js';
import { createDoctorCheck, type DoctorContext, findConfiguredPublicBase } from '../doctor-context.js';

type Id =
  | 'ngrok-authtoken-missing'
  | 'ngrok-authtoken-malformed'
  | 'ngrok-domain-malformed'
  | 'ngrok-domain-differs'
  | 'ngrok-yml-broken';

const TOKEN_PAGE = 'https://dashboard.ngrok.com/get-started/your-authtoken';
const WHY = 'ngrok opens no tunnel without it.';

/** Whether they are there and have their form. */
export const ngrokCheck = createDoctorCheck<Id>({
  id: 'ngrok',
  group: 'ngrok',
  checks: 'ngrok, where it is used: authtoken, domain, ngrok.yml',
  needs: [],
  findings: {
    'ngrok-authtoken-missing': { severity: 'fault', why: WHY },
    'ngrok-authtoken-malformed': { severity: 'fault', why: WHY },
    'ngrok-domain-malformed': { severity: 'fault', why: 'ngrok opens no tunnel under it.' },
    'ngrok-domain-differs': {
      severity: 'warning',
      why: 'A tunnel opens under another host than the one that Twilio and .env have.',
    },
    'ngrok-yml-broken': { severity: 'warning', why: 'What it says is not used, and ngrok refuses it too.' },
  },
  run: (context) => {
    if (!isNgrokUsed(context)) return nothingToCheck('it is not used');
    const { yml } = context.ngrok.places;
    return passUnless('authtoken and domain', [
      findTokenFault(context),
      findDomainFault(context),
      ...yml.faults.map(
        ({ message, tryNext }): CheckFinding<Id> => ({
          id: 'ngrok-yml-broken',
          what: message.replace(/\.$/, ''),
          tryNext,
        }),
      ),
    ]);
  },
});

function findTokenFault({ ngrok: { places } }: DoctorContext): CheckFinding<Id> | undefined {
  const token = valueOrError(() => findAuthtoken(undefined, places));
  if (token instanceof RelayPhoneError)
    return { id: 'ngrok-authtoken-malformed', what: token.reason, tryNext: token.tryNext };
  if (token !== undefined) return undefined;
  const tryNext = [`NGROK_AUTHTOKEN=… in .env, copied from ${TOKEN_PAGE}`];
  return { id: 'ngrok-authtoken-missing', what: 'there is no authtoken of ngrok on this machine', tryNext };
}

function findDomainFault(context: DoctorContext): CheckFinding<Id> | undefined {
  const domain = valueOrError(() => findDomain(undefined, context.ngrok.places));
  if (domain instanceof RelayPhoneError)
    return { id: 'ngrok-domain-malformed', what: domain.reason, tryNext: domain.tryNext };
  const base = findConfiguredPublicBase(context);
  const host = base?.startsWith('https:') ? new URL(base).host : undefined;
  if (!domain || !host || domain.value === host) return undefined;
  return {
    id: 'ngrok-domain-differs',
    what: `ngrok's domain is ${domain.value} (${domain.source}), and the public base is ${base}`,
    tryNext: [`relay-phone init --public-url https://${domain.value}`, `NGROK_DOMAIN=${host} in .env`],
  };
}

const NGROK_HOST = /(^|\.)ngrok(-free)?\.(app|dev|io|pizza)$/;

/**
 * Whether the environment or `.env` names ngrok, and for Twilio itself also whether its public base is one of ngrok's, or
 * an `ngrok.yml` has a token: what needs no internet must not ask for it because some such file is there.
 */
export function isNgrokUsed(context: DoctorContext): boolean {
  const { environment, envFile } = context;
  const named = ['NGROK_AUTHTOKEN', 'NGROK_DOMAIN'].some(
    (key) => environment[key] || envFile?.values.get(key),
  );
  if (named || context.target !== 'live') return named;
  const base = findConfiguredPublicBase(context);
  if (base && NGROK_HOST.test(new URL(base).hostname)) return true;
  return context.ngrok.places.yml.files.some(({ authtoken }) => authtoken !== undefined);
}

/** What `find` gives, or what is wrong with the value that it found. */
export function valueOrError<T>(find: () => T): T | RelayPhoneError {
  try {
    return find();
  } catch (error) {
    if (error instanceof RelayPhoneError) return error;
    throw error;
  }
}

/** Returns the authtoken, or undefined if it is missing or malformed. */
export function findUsableAuthtoken({ ngrok }: DoctorContext): SourcedValue | undefined {
  const found = valueOrError(() => findAuthtoken(undefined, ngrok.places));
  return found instanceof RelayPhoneError ? undefined : found;
}
