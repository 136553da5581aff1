// The commands for a CI job: `smoke`, and `ci` that writes one.
import { Argument } from 'commander';
import { CI_SYSTEM_NAMES } from '../../ci/system.js';
import type { CiFlags, SmokeFlags } from '../flags.js';
import type { CommandEntry } from './entry.js';
import { collect, withCommon, withOutput } from './options.js';

/** In the order of `--help`. */
export const PIPELINE_ENTRIES: readonly CommandEntry[] = [
  {
    name: 'smoke',
    description: 'check in CI: a Twilio test account, the signatures of an app, and the whole story offline',
    declare: (command, runs) =>
      withCommon(command)
        .argument('[command...]', 'behind --: a program to run meanwhile, such as the app')
        .option('--test-account', 'ask the test account, and end with 3 when there are no credentials for it')
        .option('--allow-missing', 'skip the test account loudly when there are none, as for a fork')
        .option('--sandbox', 'play the story in the sandbox (default when nothing else is asked for)')
        .option(
          '--app <url>',
          'where the app is, to try its signatures (default with a command: http://127.0.0.1:8000)',
        )
        .option('--public-url <url>', 'what the app takes for its address (default: SITE_ORIGIN, else --app)')
        .option(
          '--signing-token-file <path>',
          "file that holds the app's auth token (default: TWILIO_AUTH_TOKEN)",
        )
        .option('--only <check>', 'only this check or part, with what it needs; may be repeated', collect)
        .option('--skip <check>', 'not this check or part; may be repeated', collect)
        .option('--list', 'show every check and what it looks at')
        .option('--junit <file>', 'also write JUnit XML')
        .option('--timeout <seconds>', 'how long all of it may take (default: 60)')
        .action(runs<SmokeFlags>(() => import('../commands/smoke.js'))),
  },
  {
    name: 'ci',
    description: 'write a pipeline that runs the checks, for GitHub Actions, GitLab CI or CircleCI',
    declare: (command, runs) =>
      withOutput(command)
        .addArgument(new Argument('<system>', 'whose pipeline').choices(CI_SYSTEM_NAMES))
        .option('-y, --yes', 'ask nothing, and replace a file of an older relay-phone that nobody changed')
        .option('--dry-run', 'show what would be written where, and write nothing')
        .option('--stdout', 'print the file, and write nothing')
        .option('--app-command <command>', 'what starts the app, in one line for a shell; checks the app too')
        .option('--app-setup <command>', 'what has to be run before that, such as npm ci')
        .action(runs<CiFlags>(() => import('../commands/ci.js'))),
  },
];
