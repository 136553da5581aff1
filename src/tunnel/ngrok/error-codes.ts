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
  ...same([102, 103, 337, 338], {
    reason: () => 'ngrok has suspended the account or could not collect its payment',
    tryNext: (asked) => [`settle it at ${BILLING_PAGE}`, elsewhere(asked)],
  }),
  [105, token('is not shaped like an ngrok authtoken: it may be an API key, or cut short')],
  [106, token('is an authtoken of the first kind, which ngrok no longer takes')],
  [107, token('was reset, revoked, or belongs to a team its owner has left')],
  [300, token('was revoked')],
  [
    4018,
    {
      reason: ({ tokenSource }) => `no authtoken reached ngrok (looked in ${tokenSource})`,
      tryNext: (asked) => [setToken(), elsewhere(asked)],
    },
  ],
  [
    108,
    {
      reason: () => 'the account has as many agents running as its plan allows',
      tryNext: (asked) => [`stop one of those listed at ${AGENTS_PAGE}`, elsewhere(asked)],
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
        ...anotherDomain(asked),
        elsewhere(asked),
      ],
      retry: 'after-loss',
    },
  ],
  ...same([115, 116], {
    reason: () => 'the account allows no agent from the address this network has',
    tryNext: (asked) => [
      'have the address added to the IP restrictions of the account or the authtoken',
      elsewhere(asked),
    ],
  }),
  ...same([119, 120, 121, 811], {
    reason: () => 'ngrok no longer takes the version of its SDK that came with this relay-phone',
    tryNext: (asked) => ['npx relay-phone@latest', elsewhere(asked)],
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
  ...same([128, 802, 803], {
    reason: () => 'ngrok has temporary trouble of its own',
    tryNext: (asked) => ['try again; https://status.ngrok.com says how it stands', elsewhere(asked)],
    retry: 'always',
  }),
  ...same([349, 353], {
    reason: () => 'ngrok was asked for too many tunnels in a short time',
    tryNext: () => ['wait a minute, then run it again'],
    retry: 'always',
  }),
  [313, paidName('a subdomain of your own choice')],
  [314, paidName('a domain of your own')],
  [15002, paidName('this domain')],
  [
    316,
    {
      reason: ({ tokenSource, domain }) => `the authtoken (${tokenSource}) may not use ${nameOf(domain)}`,
      tryNext: (asked) => [`change its ACL, or take another one, at ${TOKEN_PAGE}`, ...anotherDomain(asked)],
    },
  ],
  [
    319,
    {
      reason: ({ domain }) => `${nameOf(domain)} is not reserved in the account`,
      tryNext: (asked) => [`reserve it at ${DOMAINS_PAGE}`, ...anotherDomain(asked)],
    },
  ],
  [
    320,
    {
      reason: ({ domain, tokenSource }) =>
        `${nameOf(domain)} belongs to another account than the authtoken (${tokenSource})`,
      tryNext: (asked) => [
        `compare it with the domains at ${DOMAINS_PAGE}`,
        ...anotherDomain(asked),
        `use the authtoken of the account it belongs to: ${setToken()}`,
      ],
    },
  ],
  [
    324,
    {
      reason: () => 'the account has as many endpoints online as its plan allows',
      tryNext: (asked) => [
        'stop one of those listed at https://dashboard.ngrok.com/endpoints',
        elsewhere(asked),
      ],
      retry: 'after-loss',
    },
  ],
  ...same([326, 328, 9038], {
    reason: ({ domain }) => `${nameOf(domain)} is no host name`,
    tryNext: (asked) => [`compare it with the domains at ${DOMAINS_PAGE}`, ...anotherDomain(asked)],
  }),
  ...same([702, 734], {
    reason: () => 'the account has reached the rate limit of its plan',
    tryNext: (asked) => ['wait a minute, then run it again', elsewhere(asked)],
    retry: 'always',
  }),
  ...same([714, 720, 725, 726, 727, 728, 732, 735, 737, 738], {
    reason: () => 'the account has used up what its plan gives it for the month',
    tryNext: (asked) => [
      `see https://dashboard.ngrok.com/usage, or change the plan at ${BILLING_PAGE}`,
      elsewhere(asked),
    ],
  }),
  ...same([3208, 8014, 9040], {
    reason: () => 'ngrok blocks the account or the place it was called from',
    tryNext: (asked) => ['write to support@ngrok.com', elsewhere(asked)],
  }),
  ...same([6025, 6026], {
    reason: ({ domain }) =>
      `${nameOf(domain)} is taken by another session or a cloud endpoint of the account`,
    tryNext: (asked) => [
      'stop it: https://dashboard.ngrok.com/endpoints lists them',
      ...anotherDomain(asked),
      elsewhere(asked),
    ],
    retry: 'after-loss',
  }),
  [
    9009,
    {
      reason: () => 'reaching ngrok through a proxy needs a paid plan',
      tryNext: (asked) => ['use a network without a proxy', elsewhere(asked)],
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
export function elsewhere({ urlFlag }: Pick<RefusedAttempt, 'urlFlag'>): string {
  return `${urlFlag} https://…, with the address of any other tunnel to this machine`;
}

function same(codes: readonly number[], refusal: NgrokError): [number, NgrokError][] {
  return codes.map((code) => [code, refusal]);
}

function token(fault: string): NgrokError {
  return {
    reason: ({ tokenSource }) => `the authtoken (${tokenSource}) ${fault}`,
    tryNext: () => [setToken()],
  };
}

function setToken(): string {
  return `copy the authtoken from ${TOKEN_PAGE} into NGROK_AUTHTOKEN in .env, or run ngrok config add-authtoken`;
}

function paidName(what: string): NgrokError {
  return {
    reason: ({ domain }) => `the plan of the account does not include ${what} (${nameOf(domain)})`,
    tryNext: (asked) => [...anotherDomain(asked), `change the plan at ${BILLING_PAGE}`],
  };
}

function anotherDomain({ domain }: RefusedAttempt): string[] {
  return domain
    ? [
        `leave the domain out (it came from ${domain.source}): the account's dev domain is free and stays the same`,
      ]
    : [];
}

function nameOf(domain: RefusedAttempt['domain']): string {
  return domain?.value ?? 'the domain';
}
