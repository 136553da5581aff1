// Shows the results of `conformance`: what differs, field by field, what could not be seen, and the counts.
import { BEHAVIOUR_GROUPS, type TwilioBehaviour } from '../../../conformance/behaviour.js';
import type { Difference } from '../../../conformance/compare.js';
import type { BehaviourResult, ConformanceReport } from '../../../conformance/report.js';
import type { Screen } from '../../core/screen.js';

/** How the other side is called in a line of a difference. */
const OTHERS: Readonly<Record<ConformanceReport['comparedWith'], string>> = {
  documentation: 'documented',
  live: 'Twilio',
  capture: 'the capture',
};

/** Shows the results: differences first, one line for each group that agrees, and the counts last. */
export function showConformance(screen: Screen, report: ConformanceReport): void {
  const { results, comparedWith } = report;
  const differing = results.filter(({ outcome }) => outcome === 'differs');
  if (differing.length > 0) screen.title('Differs');
  for (const { id, title, differences } of differing) {
    screen.fault(`${id}: ${title}`);
    for (const difference of differences) screen.detail(formatDifference(difference, OTHERS[comparedWith]));
  }
  showUnseen(screen, results);
  showAgreement(screen, results);
  if (report.notCompared.length > 0) screen.title('Not compared');
  for (const text of report.notCompared) screen.skipped(text);
  const { agrees, differs, unseen } = report;
  if (report.interrupted) screen.warn('incomplete: the run was interrupted');
  screen.line(`Behaviours: ${agrees} agree, ${differs} differ, ${unseen} could not be seen.`);
}

function formatDifference({ where, field, kind, sandbox, live }: Difference, other: string): string {
  const value = (text: string | null) => (text === null ? 'nothing' : text);
  const what = kind === 'value' ? '' : ` (${kind})`;
  return `${where}, ${field}${what}: the sandbox has ${value(sandbox)}; ${other}: ${value(live)}`;
}

/** Behaviours with the same reason share a line. */
function showUnseen(screen: Screen, results: readonly BehaviourResult[]): void {
  const unseen = results.filter(({ outcome }) => outcome === 'unseen');
  if (unseen.length > 0) screen.title('Could not be seen');
  for (const why of new Set(unseen.map(({ reason }) => reason ?? ''))) {
    const ids = unseen.filter(({ reason }) => reason === why).map(({ id }) => id);
    screen.skipped(`${why}: ${ids.join(', ')}`);
  }
}

function showAgreement(screen: Screen, results: readonly BehaviourResult[]): void {
  if (results.some(({ outcome }) => outcome === 'agrees')) screen.title('Agrees');
  for (const group of BEHAVIOUR_GROUPS) {
    const own = results.filter((one) => one.group === group);
    const agreeing = own.filter(({ outcome }) => outcome === 'agrees');
    if (agreeing.length === 0) continue;
    const count =
      agreeing.length === own.length ? `all ${own.length}` : `${agreeing.length} of ${own.length}`;
    screen.done(`${group}: ${count}`);
  }
}

/** Lists the behaviours by group, each with its row in docs/fidelity.md. */
export function showBehaviours(screen: Screen, behaviours: readonly TwilioBehaviour[]): void {
  const width = Math.max(...behaviours.map(({ id }) => id.length));
  for (const group of BEHAVIOUR_GROUPS) {
    const own = behaviours.filter((one) => one.group === group);
    if (own.length > 0) screen.title(group);
    for (const { id, row, title } of own) screen.line(`    ${id.padEnd(width)}  ${row.padEnd(7)}  ${title}`);
  }
}
