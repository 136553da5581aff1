// Runs our Python script in a checkout, and explains its refusals.
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { findPackageFile } from '../package-file.js';
import { runProgram } from '../programs/run.js';
import type { Checkout, Python } from './checkout.js';
import { parseJson } from './json.js';
import { type CheckoutFault, type Need, OTHER_CHECKOUT_ADVICE, PREPARE_COMMAND } from './needs.js';

/** One run of the script. */
export interface ScriptRun {
  readonly python: Python;
  readonly checkout: Checkout;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user with phones. */
  readonly email: string;
  /** Stops the script. */
  readonly signal?: AbortSignal | undefined;
}

const SCRIPT = 'templates/relay_checkout.py';

/** The script's reasons for a refusal; `failure` is an unexpected error. */
const refusalWord = z.enum([
  'python',
  'requirements',
  'settings',
  'channel',
  'phones',
  'database',
  'migrations',
  'rivals',
  'user',
  'unprepared',
  'sessions',
  'cookies',
  'failure',
]);

const reportSchema = z.object({
  python: z.string(),
  database: z.string(),
  exists: z.boolean(),
  pending: z.array(z.string()),
  changes: z.array(z.string()),
  token: z.string().nullable(),
  flags: z.record(z.string(), z.boolean()).nullable(),
  user: z
    .object({ active: z.boolean(), account: z.boolean(), phone: z.boolean(), token: z.string().nullable() })
    .nullable(),
});
const refusalSchema = z.object({ refusal: z.object({ word: refusalWord, detail: z.string() }) });

/** Printable, without a space and a semicolon, which end a value in the header of a cookie. */
const cookieText = z.string().regex(/^[!-:<-~]*$/);

const cookieSchema = z.object({
  name: cookieText,
  value: cookieText,
  path: cookieText,
  /** In seconds; null if the browser forgets it when it ends. */
  maxAge: z.number().nullable(),
  httpOnly: z.boolean(),
});
const loginSchema = z.object({ database: z.string(), cookies: z.array(cookieSchema) });
const logoutSchema = z.object({ database: z.string(), ended: z.number() });

/** The script's report: the database file, pending migrations, flags, and the user. Tokens in `user` are hashed. */
export type ScriptReport = z.infer<typeof reportSchema>;
/** Why the script refused. */
export type ScriptRefusal = z.infer<typeof refusalSchema>['refusal'];
/** The report of the script, or its refusal. */
export type ScriptAnswer<Report = ScriptReport> =
  | { readonly found: Report; readonly refusal?: undefined }
  | { readonly refusal: ScriptRefusal; readonly found?: undefined };

/** A cookie of a browser that is signed in, with the name, path and age that Relay's settings have. */
export type SessionCookie = z.infer<typeof cookieSchema>;

/** The flags that a user needs to have phones. */
export const NEEDED_FLAGS = ['phones', 'free_phones'] as const;

/** Lists the flags that are on for everyone. */
export function listFlagsOn({ flags }: ScriptReport): string[] {
  return Object.entries(flags ?? {})
    .filter(([, isOn]) => isOn)
    .map(([name]) => name);
}

/** Returns the text of the script, so that it can be shown before it runs. */
export function readCheckoutScript(): string {
  return readFileSync(findPackageFile(SCRIPT), 'utf8');
}

/**
 * Looks at the checkout, or prepares it. A Python that does not run, or that prints no answer, counts as a refusal.
 *
 * @param run `flags` are those to turn on; without them the script changes nothing
 */
export async function runCheckoutScript(
  run: ScriptRun & { readonly flags?: readonly string[] },
): Promise<ScriptAnswer> {
  const { flags } = run;
  return runScript(
    run,
    flags ? ['prepare', ...flags.flatMap((flag) => ['--flag', flag])] : ['look'],
    reportSchema,
  );
}

/**
 * Starts a session of the user in Relay, and returns its cookies.
 *
 * @param id names the session, for {@link runLogoutScript}
 */
export async function runLoginScript(
  run: ScriptRun,
  id: string,
): Promise<ScriptAnswer<z.infer<typeof loginSchema>>> {
  return runScript(run, ['login', '--login', id], loginSchema);
}

/** Ends the sessions that were started under an id, and returns how many there were. */
export async function runLogoutScript(
  run: ScriptRun,
  id: string,
): Promise<ScriptAnswer<z.infer<typeof logoutSchema>>> {
  return runScript(run, ['logout', '--login', id], logoutSchema);
}

async function runScript<Report>(
  { python, checkout, environment, email, signal }: ScriptRun,
  mode: readonly string[],
  schema: z.ZodType<Report>,
): Promise<ScriptAnswer<Report>> {
  const args = [findPackageFile(SCRIPT), ...mode, '--email', email];
  const { stdout, stderr, failureCode } = await runProgram(python.path, args, {
    cwd: checkout.path,
    environment: { ...environment, PYTHONUTF8: '1' },
    signal,
  });
  const answer = parseJson(stdout);
  const refused = refusalSchema.safeParse(answer);
  if (refused.success) return refused.data;
  const report = schema.safeParse(answer);
  if (report.success) return { found: report.data };
  const detail = failureCode
    ? `it cannot be run (${failureCode})`
    : `it ended without an answer${lastLine(stderr)}`;
  return { refusal: { word: 'python', detail } };
}

function lastLine(stderr: string): string {
  const line = stderr.trim().split(/\r?\n/).at(-1);
  return line ? `: ${line.slice(0, 300)}` : '';
}

type Explain = (detail: string, python: Python) => Omit<CheckoutFault, 'need'>;

const SCRIPT_REFUSALS: Readonly<Record<ScriptRefusal['word'], readonly [Need, Explain]>> = {
  python: [
    'python',
    (detail, { path, source }) => ({
      reason: /^[\d.]+$/.test(detail)
        ? `${path} (${source}) is Python ${detail}, and Relay needs 3.11 or newer`
        : `${path} (${source}): ${detail}`,
      tryNext: ['--python PATH of the Python that has what Relay requires'],
    }),
  ],
  requirements: [
    'requirements',
    (detail, { path, source }) => ({
      reason: `${path} (${source}) lacks ${detail}, which Relay requires`,
      tryNext: [
        `${path} -m pip install -r requirements.txt, in the checkout`,
        '--python PATH of the Python that has what Relay requires',
      ],
    }),
  ],
  settings: [
    'settings',
    (detail) => ({
      reason: `Relay does not start with these settings: ${detail}`,
      tryNext: ['relay-phone init, which writes what it needs to .env', 'correct what it names in .env'],
    }),
  ],
  channel: [
    'settings',
    (detail) => ({ reason: `RELAY_CHANNEL is ${detail}, not local`, tryNext: [OTHER_CHECKOUT_ADVICE] }),
  ],
  phones: [
    'settings',
    () => ({ reason: 'PHONES_ENABLED is off', tryNext: ['relay-phone init, which sets it in .env'] }),
  ],
  database: [
    'database',
    (detail) => ({
      reason: `the database is ${detail}, and only a local SQLite file can be prepared`,
      tryNext: ['remove DATABASE_URL: Relay then uses db.sqlite3 in the checkout', OTHER_CHECKOUT_ADVICE],
    }),
  ],
  migrations: [
    'migrations',
    (detail) => ({
      reason: `another branch has migrated the database: this checkout does not know ${detail}`,
      tryNext: [
        'git switch to that branch',
        'move the database file away: relay-phone checkout prepare creates a new one',
        'keep one for each branch: DATABASE_URL=sqlite:///NAME.sqlite3 in .env',
      ],
    }),
  ],
  rivals: [
    'migrations',
    (detail) => ({
      reason: `this checkout has conflicting migrations of two branches: ${detail}`,
      tryNext: ['python manage.py makemigrations --merge, or rename yours'],
    }),
  ],
  user: [
    'user',
    (detail) => ({
      reason: `the user ${detail} was deactivated`,
      tryNext: ['relay-phone checkout prepare --email ADDRESS of another user'],
    }),
  ],
  unprepared: [
    'user',
    (detail) => ({
      reason: `the user ${detail} is not prepared`,
      tryNext: [`${PREPARE_COMMAND} --email ${detail}`],
    }),
  ],
  sessions: [
    'settings',
    (detail) => ({
      reason: `Relay keeps its sessions in ${detail}, and only those in its database can be started and ended`,
      tryNext: ['remove REDIS_URL: Relay then keeps them in its database', OTHER_CHECKOUT_ADVICE],
    }),
  ],
  cookies: [
    'settings',
    (detail) => ({
      reason: `${detail} is set, so a browser takes the cookies from no address of this machine`,
      tryNext: [`remove DJANGO_${detail} from .env`, OTHER_CHECKOUT_ADVICE],
    }),
  ],
  failure: ['database', explainFailure],
};

/** Explains a refusal of the script. */
export function explainScriptRefusal({ word, detail }: ScriptRefusal, python: Python): CheckoutFault {
  const [need, explain] = SCRIPT_REFUSALS[word];
  return { need, ...explain(detail, python) };
}

function explainFailure(detail: string): Omit<CheckoutFault, 'need'> {
  if (/database is locked/.test(detail))
    return {
      reason: 'another program has locked the database',
      tryNext: ['stop the app, then run it again'],
    };
  if (/readonly|unable to open/.test(detail))
    return {
      reason: `the database cannot be used: ${detail}`,
      tryNext: ['make the file writable for your user'],
    };
  return {
    reason: `Relay's code failed: ${detail}`,
    tryNext: ['python manage.py migrate, in the checkout, to see the error'],
  };
}
