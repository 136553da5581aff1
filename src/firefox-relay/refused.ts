// What the refusals of our Python script mean, and what to do about each.
import { type CheckoutFault, ELSEWHERE, type Need } from './fault.js';
import type { Python } from './python.js';
import type { ScriptRefusal } from './script.js';

type Explain = (detail: string, python: Python) => Omit<CheckoutFault, 'need'>;

const MEANINGS: Readonly<Record<ScriptRefusal['word'], readonly [Need, Explain]>> = {
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
    (detail) => ({ reason: `Relay takes itself for ${detail}, not local`, tryNext: [ELSEWHERE] }),
  ],
  phones: [
    'settings',
    () => ({ reason: 'PHONES_ENABLED is off', tryNext: ['relay-phone init, which sets it in .env'] }),
  ],
  database: [
    'database',
    (detail) => ({
      reason: `the database is ${detail}, and only a local SQLite file is prepared`,
      tryNext: ['take DATABASE_URL out: Relay then uses db.sqlite3 in the checkout', ELSEWHERE],
    }),
  ],
  migrations: [
    'migrations',
    (detail) => ({
      reason: `another branch has migrated the database: this checkout does not know ${detail}`,
      tryNext: [
        'git switch to that branch',
        'move the database file away: relay-phone checkout prepare makes a new one',
        'keep one for each branch: DATABASE_URL=sqlite:///NAME.sqlite3 in .env',
      ],
    }),
  ],
  rivals: [
    'migrations',
    (detail) => ({
      reason: `two branches meet in this checkout, and their migrations do not follow each other: ${detail}`,
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
  failure: ['database', explainFailure],
};

/** What a refusal means. */
export function explainRefusal({ word, detail }: ScriptRefusal, python: Python): CheckoutFault {
  const [need, explain] = MEANINGS[word];
  return { need, ...explain(detail, python) };
}

function explainFailure(detail: string): Omit<CheckoutFault, 'need'> {
  if (/database is locked/.test(detail))
    return { reason: 'another program holds the database', tryNext: ['end the app, then run it again'] };
  if (/readonly|unable to open/.test(detail))
    return {
      reason: `the database cannot be used: ${detail}`,
      tryNext: ['give yourself the right to write it'],
    };
  return {
    reason: `Relay's code failed: ${detail}`,
    tryNext: ['python manage.py migrate, in the checkout: it shows where'],
  };
}
