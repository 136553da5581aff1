// What the app asks for that the sandbox lacks: the step that expects it, and what no step has expected.
import { RelayPhoneError } from '../errors.js';
import { type PlayContext, waitForFirst, waitUntilQuiet } from './play-context.js';
import type { FoundUnsupported, StoryUnsupported, UnmetExpectation } from './ports.js';
import type { StepContent } from './story.js';

/** How long such an expectation waits by default. */
const EXPECTATION_TIMEOUT_MS = 5000;

/** How long nothing may happen in the sandbox before the end of a strict play: an SDK takes long for its first request. */
const QUIET_MS = 1000;

/** Expects that the app has asked for something since the last action. Nothing of the play then counts as unexpected for it. */
export async function expectUnsupported(
  context: PlayContext,
  { 'expect unsupported': wanted, within = EXPECTATION_TIMEOUT_MS }: StepContent<'expect unsupported'>,
): Promise<UnmetExpectation | undefined> {
  let uses: readonly StoryUnsupported[] = [];
  const found = await waitForFirst(context, within, async () => {
    uses = await context.ports.control.unsupported({ since: context.lastEventId });
    return uses.find((use) => isNamed(use, wanted));
  });
  if (!found)
    return {
      expected: `the app asks for ${wanted}, which the sandbox lacks`,
      found:
        uses.length === 0
          ? ['it asked for nothing that the sandbox lacks']
          : uses.map((use) => `it asked for ${formatName(use)}`),
    };
  context.expectedUnsupported.add(found.name);
  return undefined;
}

/** A request without a host may be for several products: `Conversations or Chat`. */
function isNamed({ name }: StoryUnsupported, wanted: string): boolean {
  const names = [name, ...name.split(' or ')].map((one) => one.toLowerCase());
  return names.includes(wanted.toLowerCase());
}

function formatName({ name, host }: StoryUnsupported): string {
  return host === null ? name : `${name} (${host})`;
}

/**
 * Lists what the app asked for during the play. A strict play waits first until the sandbox is quiet: the app may ask after
 * it has answered.
 *
 * @throws RelayPhoneError as the control API.
 */
export async function listFoundUnsupported(context: PlayContext): Promise<readonly FoundUnsupported[]> {
  const { ports, startEventId, expectedUnsupported } = context;
  if (ports.isStrict) await waitUntilQuiet(context, QUIET_MS, async () => undefined);
  const uses = await ports.control.unsupported({ since: startEventId });
  return uses.map((use) => ({ ...use, isExpected: expectedUnsupported.has(use.name) }));
}

/** Returns the error of a strict play; undefined if a step expected everything. */
export function findStrictError(found: readonly FoundUnsupported[]): RelayPhoneError | undefined {
  const unexpected = found.filter(({ isExpected }) => !isExpected);
  if (unexpected.length === 0) return undefined;
  return new RelayPhoneError({
    kind: 'fault',
    task: 'play the story',
    reason: `the app asked for what the sandbox lacks, and no step expects it: ${unexpected.map(formatName).join(', ')}`,
    tryNext: unexpected.map(
      ({ name }) => `expect unsupported: ${name}, as a step after the action that leads to it`,
    ),
  });
}
