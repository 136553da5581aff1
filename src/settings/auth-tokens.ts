// Finds the other auth tokens on this machine: a signature that was made with one of them can be explained.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EnvFile, readWithDecouple, readWithDotenv } from './env-file/read.js';

/** An auth token, and where it was found. */
export interface FoundToken {
  readonly token: string;
  /** For people: `TWILIO_AUTH_TOKEN of .env`. */
  readonly name: string;
}

/** Where tokens are looked for. */
export interface TokenPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly envFile: Pick<EnvFile, 'bytes' | 'values'> | undefined;
  /** The folder with earlier versions of `.env`; none are read without it. */
  readonly backups?: string | undefined;
}

const LIVE = 'TWILIO_AUTH_TOKEN';

/** Lists the auth tokens of the settings, live and test ones, that are not `authToken`, each once. */
export function listOtherTokens(
  { environment, envFile, backups }: TokenPlaces,
  authToken: string,
): FoundToken[] {
  const decouple = envFile && readWithDecouple(envFile.bytes);
  const named = [LIVE, 'TWILIO_TEST_AUTH_TOKEN'].flatMap((key) => [
    { token: envFile?.values.get(key), name: `${key} of .env` },
    { token: decouple?.get(key), name: `${key} of .env as python-decouple reads it` },
    { token: environment[key], name: `${key} of the environment` },
  ]);
  const earlier = backups === undefined ? [] : listEarlierTokens(backups);
  const tokens = new Map<string, string>();
  for (const { token, name } of [...named, ...earlier])
    if (token && token !== authToken && !tokens.has(token)) tokens.set(token, name);
  return [...tokens].map(([token, name]) => ({ token, name }));
}

/** How many earlier versions of `.env` are read, the newest first. */
const MAX_BACKUPS = 3;

/** A token that was replaced in `.env` is in its backups, whose names begin with `env-` and the time. */
function listEarlierTokens(backups: string): { token: string | undefined; name: string }[] {
  try {
    const names = readdirSync(backups).filter((name) => name.startsWith('env-'));
    return names
      .sort()
      .reverse()
      .slice(0, MAX_BACKUPS)
      .map((name) => ({
        token: readWithDotenv(readFileSync(join(backups, name))).get(LIVE),
        name: `${LIVE} of an earlier .env`,
      }));
  } catch {
    // There are none, or they cannot be read: they only help to explain.
    return [];
  }
}
