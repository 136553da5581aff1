// Checks the journal of changes, without changing it.
import { join } from 'node:path';
import { describeUnreadableLines, JOURNAL, readJournal } from '../../../setup/journal.js';
import { passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

/** Checks that every line of the journal can be read. */
export const journalCheck = createDoctorCheck({
  id: 'journal',
  group: 'machine',
  expects: 'the journal of changes can be read, line by line',
  needs: ['state-folder'],
  findings: {
    'journal-unreadable': {
      severity: 'warning',
      why: 'undo does not take back a change that it cannot read, such as a number that was bought.',
    },
  },
  run: async ({ statePath }) => {
    const path = join(statePath, JOURNAL);
    const { changes, unreadableLines } = readJournal(path);
    const what = describeUnreadableLines(path, unreadableLines);
    return passUnless(`${changes.length} changes`, [
      what === undefined
        ? undefined
        : {
            id: 'journal-unreadable',
            what,
            tryNext: [
              'relay-phone undo --dry-run, which names the numbers of the account that the journal does not know',
              `delete the lines from ${path} by hand, once you know what they were about`,
            ],
          },
    ]);
  },
});
