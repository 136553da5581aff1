// ngrok's error codes: what each one means and what to do about it (https://ngrok.com/docs/errors).
import type { Retry } from '../tunnel.js';

/** The attempt that ngrok refused. */
export interface RefusedAttempt {
  /** The source of the authtoken, for people. */
  readonly tokenSource: string;
  /** The requested domain and its source; undefined for the account's dev domain. */
  readonly domain: { readonly value: string; readonly source: string } | undefined;
  /** The flag that takes another public base, for advice. */
  readonly urlFlag: string;
}

interface NgrokError {
  /** The rest of "Failed to open the ngrok tunnel: …". */
  readonly reason: (attempt: RefusedAttempt) => string;
  /** What to do, most promising first. */
  readonly tryNext: (attempt: RefusedAttempt) => readonly string[];
  /** Default `never`. */
  readonly retry?: Retry;
}

const TOKEN_PAGE = 'https://dashboard.ngrok.com/get-started/your-authtoken';
const DOMAINS_PAGE = 'https://dashboard.ngrok.com/domains';
const AGENTS_PAGE = 'https://dashboard.ngrok.com/agents';
const BILLING_PAGE = 'https://dashboard.ngrok.com/billing';

/** The errors with advice, by the number in `ERR_NGROK_…`. */
export const NGROK_ERRORS: ReadonlyMap<number, NgrokError> = new Map<number, NgrokError>([
  ...forCodes([102, 103, 337, 338], {
    reason: () => 'ngrok has suspended the account or could not collect its payment',
    tryNext: (attempt) => [`see ${BILLING_PAGE}`, adviseOtherTunnel(attempt)],
  }),
  [105, authtokenError('does not look like an ngrok authtoken: it may be an API key, or incomplete')],
  [106, authtokenError('has an old format, which ngrok no longer accepts')],
  [107, authtokenError('was reset, revoked, or belongs to a team that its owner has left')],
  [300, authtokenError('was revoked')],
  [
    4018,
    {
      reason: ({ tokenSource }) => `ngrok received no authtoken (it should come from ${tokenSource})`,
      tryNext: (attempt) => [adviseAuthtoken(), adviseOtherTunnel(attempt)],
    },
  ],
  [
    108,
    {
      reason: () => 'the account has as many agents running as its plan allows',
      tryNext: (attempt) => [`stop one of the agents at ${AGENTS_PAGE}`, adviseOtherTunnel(attempt)],
      retry: 'after-loss',
    },
  ],
  [
    334,
    {
      reason: ({ domain }) =>
        `${domain?.value ?? "the account's dev domain"} is already online, from another process or machine`,
      tryNext: (attempt) => [
        `stop the agent that uses it; ${AGENTS_PAGE} lists the agents`,
        ...adviseDevDomain(attempt),
        adviseOtherTunnel(attempt),
      ],
      retry: 'after-loss',
    },
  ],
  ...forCodes([115, 116], {
    reason: () => "the account does not allow agents from this network's address",
    tryNext: (attempt) => [
      'add the address to the IP restrictions of the account or the authtoken',
      adviseOtherTunnel(attempt),
    ],
  }),
  ...forCodes([119, 120, 121, 811], {
    reason: () => 'ngrok no longer accepts the SDK version of this relay-phone',
    tryNext: (attempt) => ['npx relay-phone@latest', adviseOtherTunnel(attempt)],
  }),
  [
    123,
    {
      reason: () => 'the e-mail address of the account is not verified',
      tryNext: () => [
        'open the link in the e-mail from ngrok, or request another at https://dashboard.ngrok.com/user/settings',
      ],
    },
  ],
  ...forCodes([128, 802, 803], {
    reason: () => 'ngrok has a temporary problem',
    tryNext: (attempt) => ['try again; see https://status.ngrok.com', adviseOtherTunnel(attempt)],
    retry: 'always',
  }),
  ...forCodes([349, 353], {
    reason: () => 'too many tunnels were requested in a short time',
    tryNext: () => ['wait a minute, then run it again'],
    retry: 'always',
  }),
  [313, planError('custom subdomains')],
  [314, planError('custom domains')],
  [15002, planError('this domain')],
  [
    316,
    {
      reason: ({ tokenSource, domain }) =>
        `the authtoken (${tokenSource}) may not use ${describeDomain(domain)}`,
      tryNext: (attempt) => [
        `change its ACL, or use another authtoken, at ${TOKEN_PAGE}`,
        ...adviseDevDomain(attempt),
      ],
    },
  ],
  [
    319,
    {
      reason: ({ domain }) => `${describeDomain(domain)} is not reserved in the account`,
      tryNext: (attempt) => [`reserve it at ${DOMAINS_PAGE}`, ...adviseDevDomain(attempt)],
    },
  ],
  [
    320,
    {
      reason: ({ domain, tokenSource }) =>
        `${describeDomain(domain)} belongs to another account than the authtoken (${tokenSource})`,
      tryNext: (attempt) => [
        `copy the domain from ${DOMAINS_PAGE}`,
        ...adviseDevDomain(attempt),
        `use the authtoken of the account that the domain belongs to: ${adviseAuthtoken()}`,
      ],
    },
  ],
  [
    324,
    {
      reason: () => 'the account has as many endpoints online as its plan allows',
      tryNext: (attempt) => [
        'stop one of the endpoints at https://dashboard.ngrok.com/endpoints',
        adviseOtherTunnel(attempt),
      ],
      retry: 'after-loss',
    },
  ],
  ...forCodes([326, 328, 9038], {
    reason: ({ domain }) => `${describeDomain(domain)} is not a host name`,
    tryNext: (attempt) => [`copy the domain from ${DOMAINS_PAGE}`, ...adviseDevDomain(attempt)],
  }),
  ...forCodes([702, 734], {
    reason: () => 'the account has reached the rate limit of its plan',
    tryNext: (attempt) => ['wait a minute, then run it again', adviseOtherTunnel(attempt)],
    retry: 'always',
  }),
  ...forCodes([714, 720, 725, 726, 727, 728, 732, 735, 737, 738], {
    reason: () => "the account has used up its plan's limits for this month",
    tryNext: (attempt) => [
      `see https://dashboard.ngrok.com/usage, or change the plan at ${BILLING_PAGE}`,
      adviseOtherTunnel(attempt),
    ],
  }),
  ...forCodes([3208, 8014, 9040], {
    reason: () => 'ngrok blocks the account or this location',
    tryNext: (attempt) => ['write to support@ngrok.com', adviseOtherTunnel(attempt)],
  }),
  ...forCodes([6025, 6026], {
    reason: ({ domain }) =>
      `another session or a cloud endpoint of the account uses ${describeDomain(domain)}`,
    tryNext: (attempt) => [
      'stop the endpoint; https://dashboard.ngrok.com/endpoints lists the endpoints',
      ...adviseDevDomain(attempt),
      adviseOtherTunnel(attempt),
    ],
    retry: 'after-loss',
  }),
  [
    9009,
    {
      reason: () => 'reaching ngrok through a proxy needs a paid plan',
      tryNext: (attempt) => ['use a network without a proxy', adviseOtherTunnel(attempt)],
    },
  ],
  [
    15013,
    {
      reason: () => 'the account has no dev domain yet',
      tryNext: () => [`create it at ${DOMAINS_PAGE}, then run the command again`],
    },
  ],
]);

/** Advises to use a tunnel other than ngrok. */
export function adviseOtherTunnel({ urlFlag }: Pick<RefusedAttempt, 'urlFlag'>): string {
  return `${urlFlag} https://…, with the address of any other tunnel to this machine`;
}

function forCodes(codes: readonly number[], error: NgrokError): [number, NgrokError][] {
  return codes.map((code) => [code, error]);
}

function authtokenError(fault: string): NgrokError {
  return {
    reason: ({ tokenSource }) => `the authtoken (${tokenSource}) ${fault}`,
    tryNext: () => [adviseAuthtoken()],
  };
}

function adviseAuthtoken(): string {
  return `copy the authtoken from ${TOKEN_PAGE} into NGROK_AUTHTOKEN in .env, or run ngrok config add-authtoken`;
}

function planError(what: string): NgrokError {
  return {
    reason: ({ domain }) => `the plan of the account does not include ${what} (${describeDomain(domain)})`,
    tryNext: (attempt) => [...adviseDevDomain(attempt), `change the plan at ${BILLING_PAGE}`],
  };
}

function adviseDevDomain({ domain }: RefusedAttempt): string[] {
  return domain
    ? [
        `leave the domain out (it came from ${domain.source}): the account's dev domain is free and does not change`,
      ]
    : [];
}

function describeDomain(domain: RefusedAttempt['domain']): string {
  return domain?.value ?? 'the domain';
}
