// Writes the text of a pipeline from its template.
import { readFileSync } from 'node:fs';
import { RelayPhoneError } from '../errors.js';
import { findPackageFile } from '../package-file.js';
import { stamp } from './stamp.js';
import type { CiSystem } from './system.js';

/** What a pipeline is made of besides its template. */
export interface PipelineOptions {
  /** The version of relay-phone that it runs. */
  readonly version: string;
  /** What starts the app, as it is typed into a shell; without it the app is not checked. */
  readonly appCommand?: string | undefined;
  /** What has to be run before, such as `npm ci`. */
  readonly appSetup?: string | undefined;
}

/** What a line of a template begins with that is there only with an app, or only with something to set it up. */
const CONDITION = /^\{\{(app|setup)\}\}/;

/**
 * The text of the file, with a stamp by which {@link findStamp} knows it again.
 *
 * @throws RelayPhoneError `usage` for a command that is empty or has several lines, or a set-up without an app.
 */
export function formatPipeline(system: CiSystem, options: PipelineOptions): string {
  verifyCommands(options);
  const { version, appCommand, appSetup = '' } = options;
  const kept = { app: appCommand !== undefined, setup: appSetup !== '' };
  const values: Readonly<Record<string, string>> = {
    version,
    started: appCommand === undefined ? '' : ` -- ${appCommand}`,
    steps: appSetup,
  };
  const lines = readFileSync(findPackageFile(`templates/ci/${system.name}.yml`), 'utf8')
    .split(/\r?\n/)
    .filter((line) => {
      const condition = CONDITION.exec(line)?.[1] as keyof typeof kept | undefined;
      return condition === undefined || kept[condition];
    })
    // GitHub's own expressions have a space behind their brackets.
    .map((line) =>
      line.replace(CONDITION, '').replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole),
    );
  return stamp(lines.join('\n'), `relay-phone ${version} (relay-phone ci ${system.name})`);
}

function verifyCommands({ appCommand, appSetup }: PipelineOptions): void {
  for (const [flag, command] of Object.entries({ '--app-command': appCommand, '--app-setup': appSetup })) {
    if (command === undefined) continue;
    if (command.trim() === '' || /[\r\n]/.test(command)) throw unusable(`${flag} takes one line for a shell`);
  }
  if (appSetup !== undefined && appCommand === undefined)
    throw unusable('--app-setup is for the app of --app-command');
}

function unusable(reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason,
    tryNext: ["relay-phone ci github --app-setup 'npm ci' --app-command 'npm start'"],
  });
}
