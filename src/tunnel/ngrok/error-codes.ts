// What ngrok's error codes mean and what to do about each (https://ngrok.com/docs/errors).
import type { Retry } from '../tunnel.js';

/** What is known about the attempt that was refused. */
export interface RefusedAttempt {
  /** Where the authtoken came from, for people. */
  readonly tokenSource: string;
  /** The domain asked for and its source; undefined for the account's dev domain. */
  readonly domain: { readonly value: string; readonly source: string } | undefined;
  /** The flag that takes any other public base. */
  readonly urlFlag: string;
}

/** What a code means. */
interface NgrokError {
  /** As the rest of "Failed to open the ngrok tunnel: …". */
  readonly reason: (asked: RefusedAttempt) => string;
  /** What to do, most promising first. */
  readonly tryNext: (asked: RefusedAttempt) => readonly string[];
  /** Default `never`. */
  readonly retry?: Retry;
}

const TOKEN_PAGE = 'https://dashboard.ngrok.com/get-started/your-authtoken';
const DOMAINS_PAGE = 'https://dashboard.ngrok.com/domains';
const AGENTS_PAGE = 'https://dashboard.ngrok.com/agents';
const BILLING_PAGE = 'https://dashboard.ngrok.com/billing';

/** The codes that deserve advice of their own, by the number in `ERR_NGROK_…`. */
export const NGROK_ERRORS: ReadonlyMap<number, NgrokError> = new Map<number, NgrokError>([
  ...forCodes([102, 103, 337, 338], {
    reason: () => 'ngrok has suspended the account or could not collect its payment',
    tryNext: (asked) => [`settle it at ${BILLING_PAGE}`, adviseOtherTunnel(asked)],
  }),
  [105, authtokenError('is not shaped like an ngrok authtoken: it may be an API key, or cut short')],
  [106, authtokenError('is an authtoken of the first kind, which ngrok no longer takes')],
  [107, authtokenError('was reset, revoked, or belongs to a team its owner has left')],
  [300, authtokenError('was revoked')],
  [
    4018,
    {
      reason: ({ tokenSource }) => `no authtoken reached ngrok (looked in ${tokenSource})`,
      tryNext: (asked) => [adviseAuthtoken(), adviseOtherTunnel(asked)],
    },
  ],
  [
    108,
    {
      reason: () => 'the account has as many agents running as its plan allows',
      tryNext: (asked) => [`stop one of those listed at ${AGENTS_PAGE}`, adviseOtherTunnel(asked)],
      retry: 'after-loss',
    },
  ],
  [
    334,
    {
      reason: ({ domain }) =>
        `${domain?.value ?? "the account's dev domain"} is online already, from another process or machine`,
      tryNext: (asked) => [
        `stop the agent that has it: ${AGENTS_PAGE} lists them`,
        ...adviseDevDomain(asked),
        adviseOtherTunnel(asked),
      ],
      retry: 'after-loss',
    },
  ],
  ...forCodes([115, 116], {
    reason: () => 'the account allows no agent from the address this network has',
    tryNext: (asked) => [
      'have the address added to the IP restrictions of the account or the authtoken',
      adviseOtherTunnel(asked),
    ],
  }),
  ...forCodes([119, 120, 121, 811], {
    reason: () => 'ngrok no longer takes the version of its SDK that came with this relay-phone',
    tryNext: (asked) => ['npx relay-phone@latest', adviseOtherTunnel(asked)],
  }),
  [
    123,
    {
      reason: () => 'the e-mail address of the account is not verified',
      tryNext: () => [
        'open the link in the mail ngrok sent, or ask for another at https://dashboard.ngrok.com/user/settings',
      ],
    },
  ],
  ...forCodes([128, 802, 803], {
    reason: () => 'ngrok has temporary trouble of its own',
    tryNext: (asked) => ['try again; https://status.ngrok.com says how it stands', adviseOtherTunnel(asked)],
    retry: 'always',
  }),
  ...forCodes([349, 353], {
    reason: () => 'ngrok was asked for too many tunnels in a short time',
    tryNext: () => ['wait a minute, then run it again'],
    retry: 'always',
  }),
  [313, paidNameError('a subdomain of your own choice')],
  [314, paidNameError('a domain of your own')],
  [15002, paidNameError('this domain')],
  [
    316,
    {
      reason: ({ tokenSource, domain }) => `the authtoken (${tokenSource}) may not use ${nameOf(domain)}`,
      tryNext: (asked) => [
        `change its ACL, or take another one, at ${TOKEN_PAGE}`,
        ...adviseDevDomain(asked),
      ],
    },
  ],
  [
    319,
    {
      reason: ({ domain }) => `${nameOf(domain)} is not reserved in the account`,
      tryNext: (asked) => [`reserve it at ${DOMAINS_PAGE}`, ...adviseDevDomain(asked)],
    },
  ],
  [
    320,
    {
      reason: ({ domain, tokenSource }) =>
        `${nameOf(domain)} belongs to another account than the authtoken (${tokenSource})`,
      tryNext: (asked) => [
        `compare it with the domains at ${DOMAINS_PAGE}`,
        ...adviseDevDomain(asked),
        `use the authtoken of the account it belongs to: ${adviseAuthtoken()}`,
      ],
    },
  ],
  [
    324,
    {
      reason: () => 'the account has as many endpoints online as its plan allows',
      tryNext: (asked) => [
        'stop one of those listed at https://dashboard.ngrok.com/endpoints',
        adviseOtherTunnel(asked),
      ],
      retry: 'after-loss',
    },
  ],
  ...forCodes([326, 328, 9038], {
    reason: ({ domain }) => `${nameOf(domain)} is no host name`,
    tryNext: (asked) => [`compare it with the domains at ${DOMAINS_PAGE}`, ...adviseDevDomain(asked)],
  }),
  ...forCodes([702, 734], {
    reason: () => 'the account has reached the rate limit of its plan',
    tryNext: (asked) => ['wait a minute, then run it again', adviseOtherTunnel(asked)],
    retry: 'always',
  }),
  ...forCodes([714, 720, 725, 726, 727, 728, 732, 735, 737, 738], {
    reason: () => 'the account has used up what its plan gives it for the month',
    tryNext: (asked) => [
      `see https://dashboard.ngrok.com/usage, or change the plan at ${BILLING_PAGE}`,
      adviseOtherTunnel(asked),
    ],
  }),
  ...forCodes([3208, 8014, 9040], {
    reason: () => 'ngrok blocks the account or the place it was called from',
    tryNext: (asked) => ['write to support@ngrok.com', adviseOtherTunnel(asked)],
  }),
  ...forCodes([6025, 6026], {
    reason: ({ domain }) =>
      `${nameOf(domain)} is taken by another session or a cloud endpoint of the account`,
    tryNext: (asked) => [
      'stop it: https://dashboard.ngrok.com/endpoints lists them',
      ...adviseDevDomain(asked),
      adviseOtherTunnel(asked),
    ],
    retry: 'after-loss',
  }),
  [
    9009,
    {
      reason: () => 'reaching ngrok through a proxy needs a paid plan',
      tryNext: (asked) => ['use a network without a proxy', adviseOtherTunnel(asked)],
    },
  ],
  [
    15013,
    {
      reason: () => 'the account has no dev domain yet',
      tryNext: () => [`have it made at ${DOMAINS_PAGE}, then run it again`],
    },
  ],
]);

/** The way out that needs no ngrok. */
export function adviseOtherTunnel({ urlFlag }: Pick<RefusedAttempt, 'urlFlag'>): string {
  return `${urlFlag} https://…, with the address of any other tunnel to this machine`;
}

function forCodes(codes: readonly number[], refusal: NgrokError): [number, NgrokError][] {
  return codes.map((code) => [code, refusal]);
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

function paidNameError(what: string): NgrokError {
  return {
    reason: ({ domain }) => `the plan of the account does not include ${what} (${nameOf(domain)})`,
    tryNext: (asked) => [...adviseDevDomain(asked), `change the plan at ${BILLING_PAGE}`],
  };
}

function adviseDevDomain({ domain }: RefusedAttempt): string[] {
  return domain
    ? [
        `leave the domain out (it came from ${domain.source}): the account's dev domain is free and stays the same`,
      ]
    : [];
}

function nameOf(domain: RefusedAttempt['domain']): string {
  return domain?.value ?? 'the domain';
}
