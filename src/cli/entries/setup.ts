// The commands that set an account up and look at it: `init`, `status`, `doctor`, `undo`.
import type { DoctorFlags, InitFlags, TargetFlags, UndoFlags } from '../flags.js';
import type { CommandEntry } from './entry.js';
import { withCheckout, withTarget } from './options.js';

/** In the order of `--help`. */
export const SETUP_ENTRIES: readonly CommandEntry[] = [
  {
    name: 'init',
    description: 'set up account, main number, public base, TwiML app and .env, and send a verification text',
    declare: (command, runs) =>
      withCheckout(withTarget(command))
        .option('-y, --yes', 'ask nothing and say yes, but for spending money at Twilio')
        .option('--buy', 'with --yes: also buy a number at Twilio')
        .option('--dry-run', 'show the plan and what it costs, and change nothing')
        .option('--main-number <number>', 'a number the account owns, to use as the main number')
        .option('--country <code>', 'country to search a number in', 'US')
        .option('--area-code <digits>', 'area code to search in')
        .option('--contains <pattern>', 'pattern the number must match, such as 555 or +1202*******')
        .option('--locality <name>', 'town to search in')
        .option('--public-url <url>', 'https origin under which Twilio reaches the app')
        .option('--real-number <number>', 'your own phone, for the verification text')
        .action(runs<InitFlags>(() => import('../commands/init.js'))),
  },
  {
    name: 'status',
    description: 'show what is set up in the account, in .env and on this machine, and what it costs',
    declare: (command, runs) =>
      withTarget(command).action(runs<TargetFlags>(() => import('../commands/status.js'))),
  },
  {
    name: 'doctor',
    description: 'find what is wrong, from the files to the app, and say what mends it',
    declare: (command, runs) =>
      withCheckout(withTarget(command))
        .option('--fix', 'mend what costs nothing and takes nothing from anybody, then look again')
        .option(
          '--app <url>',
          'where the app is (default: a running serve of this state folder, else http://127.0.0.1:8000)',
        )
        .option('--python <path>', "the checkout's Python, or its virtual environment (default: as found)")
        .action(runs<DoctorFlags>(() => import('../commands/doctor.js'))),
  },
  {
    name: 'undo',
    description: 'take back every change made to the account and to files, newest first',
    declare: (command, runs) =>
      withTarget(command)
        .option('-y, --yes', 'ask nothing and say yes, but for releasing a number')
        .option('--release-number', 'also give up the number that was bought')
        .option('--dry-run', 'show what would be taken back')
        .action(runs<UndoFlags>(() => import('../commands/undo.js'))),
  },
];
