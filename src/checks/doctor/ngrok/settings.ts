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
const NO_TUNNEL = 'Without a valid authtoken ngrok opens no tunnel.';

/** Checks that authtoken and domain are set and well-formed, and that ngrok.yml can be read. */
export const ngrokCheck = createDoctorCheck<Id>({
  id: 'ngrok',
  group: 'ngrok',
  expects: 'the settings of ngrok are valid, if ngrok is used: authtoken, domain, ngrok.yml',
  needs: [],
  findings: {
    'ngrok-authtoken-missing': { severity: 'fault', why: NO_TUNNEL },
    'ngrok-authtoken-malformed': { severity: 'fault', why: NO_TUNNEL },
    'ngrok-domain-malformed': { severity: 'fault', why: 'ngrok opens no tunnel for it.' },
    'ngrok-domain-differs': {
      severity: 'warning',
      why: 'A tunnel opens for another host than the one that Twilio and .env have.',
    },
    'ngrok-yml-broken': { severity: 'warning', why: 'relay-phone ignores it, and ngrok refuses it.' },
  },
  run: (context) => {
    const broken = context.ngrok.sources.yml.faults.map(
      ({ message, tryNext }): CheckFinding<Id> => ({
        id: 'ngrok-yml-broken',
        what: message.replace(/\.$/, ''),
        tryNext,
      }),
    );
    if (isNgrokUsed(context))
      return passUnless('authtoken and domain', [
        findAuthtokenFault(context),
        findDomainFault(context),
        ...broken,
      ]);
    // A file that cannot be read may be the one that uses ngrok; the sandbox does not ask it.
    return context.target === 'live' && broken.length > 0
      ? passUnless('', broken)
      : nothingToCheck('ngrok is not used');
  },
});

const NGROK_HOST = /(^|\.)ngrok(-free)?\.(app|dev|io|pizza)$/;

/**
 * True if the environment or `.env` names ngrok. With the live target, also if the public base is a host of ngrok, or if an
 * `ngrok.yml` has an authtoken. The sandbox needs no internet, so a file of another project must not make it ask ngrok.
 */
function isNgrokUsed(context: DoctorContext): boolean {
  const { environment, envFile } = context;
  const named = ['NGROK_AUTHTOKEN', 'NGROK_DOMAIN'].some(
    (key) => environment[key] || envFile?.values.get(key),
  );
  if (named || context.target !== 'live') return named;
  const base = findConfiguredPublicBase(context);
  if (base && NGROK_HOST.test(new URL(base).hostname)) return true;
  return context.ngrok.sources.yml.files.some(({ authtoken }) => authtoken !== undefined);
}

function findAuthtokenFault({ ngrok: { sources } }: DoctorContext): CheckFinding<Id> | undefined {
  const token = valueOrError(() => findAuthtoken(undefined, sources));
  if (token instanceof RelayPhoneError)
    return { id: 'ngrok-authtoken-malformed', what: token.reason, tryNext: token.tryNext };
  if (token !== undefined) return undefined;
  const tryNext = [`set NGROK_AUTHTOKEN=… in .env, copied from ${TOKEN_PAGE}`];
  return { id: 'ngrok-authtoken-missing', what: 'this machine has no authtoken for ngrok', tryNext };
}

function findDomainFault(context: DoctorContext): CheckFinding<Id> | undefined {
  const domain = valueOrError(() => findDomain(undefined, context.ngrok.sources));
  if (domain instanceof RelayPhoneError)
    return { id: 'ngrok-domain-malformed', what: domain.reason, tryNext: domain.tryNext };
  const base = findConfiguredPublicBase(context);
  const host = base?.startsWith('https:') ? new URL(base).host : undefined;
  if (!domain || !host || domain.value === host) return undefined;
  return {
    id: 'ngrok-domain-differs',
    what: `ngrok's domain is ${domain.value} (${domain.source}), but the public base is ${base}`,
    tryNext: [`relay-phone init --public-url https://${domain.value}`, `set NGROK_DOMAIN=${host} in .env`],
  };
}

/** Returns the authtoken; undefined if it is missing or malformed. */
export function findUsableAuthtoken({ ngrok }: DoctorContext): SourcedValue | undefined {
  const found = valueOrError(() => findAuthtoken(undefined, ngrok.sources));
  return found instanceof RelayPhoneError ? undefined : found;
}

function valueOrError<T>(find: () => T): T | RelayPhoneError {
  try {
    return find();
  } catch (error) {
    if (error instanceof RelayPhoneError) return error;
    throw error;
  }
}
