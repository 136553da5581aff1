// `relay-phone ci`: its arguments, options and help.
import { CI_SYSTEM_NAMES } from '../../../ci/systems.js';
import { argument, command, type FlagsOf, option } from '../../core/command.js';
import { outputOptions } from '../../core/options.js';

/** `relay-phone ci`. */
export const ciCommand = command({
  name: 'ci',
  group: 'Check',
  summary: 'write a pipeline that runs the checks in a CI system',
  description: 'write a pipeline that runs the checks, for GitHub Actions, GitLab CI or CircleCI',
  arguments: {
    system: argument('<system>', 'the CI system', { choices: CI_SYSTEM_NAMES }),
  },
  options: {
    ...outputOptions,
    yes: option('-y, --yes', 'replace an unchanged file of an older relay-phone without asking'),
    dryRun: option('--dry-run', 'show what would be written and where; write nothing'),
    stdout: option('--stdout', 'print the file; write nothing'),
    appCommand: option(
      '--app-command <command>',
      'shell command, on one line, that starts the app; the pipeline then checks the app too',
    ),
    appSetup: option('--app-setup <command>', 'shell command to run before that, such as npm ci'),
  },
  examples: [
    'relay-phone ci github --dry-run',
    'relay-phone ci gitlab --app-setup "npm ci" --app-command "npm start"',
  ],
});

/** The flags of `ci`. */
export type CiFlags = FlagsOf<typeof ciCommand>;
