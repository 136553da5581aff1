// Finds the sandbox that the app of smoke may run in: what the app asks for that it lacks, and who was shown which number.
import type { AppSandbox } from '../../../checks/smoke/smoke-context.js';
import type { ControlClient } from '../../../sandbox/control/client.js';
import { findSandboxAddress } from '../../../sandbox/instance/address.js';
import { describeUnsupportedUse } from '../../../sandbox/platform/events/unsupported-use.js';
import type { CommandContext } from '../../core/command-context.js';
import { findPageLink } from '../../core/page-link.js';
import type { CliPorts } from '../../core/ports.js';
import { adviseTrace, listUnsupportedFromNow } from '../../core/unsupported.js';

/** How long nothing may happen in the sandbox before the list is complete: an SDK takes long for its first request. */
const QUIET_MS = 1000;
/** How long to wait at most until it is quiet. */
const MAX_WAIT_MS = 5000;
const LOOK_AGAIN_MS = 50;

/** Returns the sandbox of the state folder if one runs. Its list begins now. */
export async function findAppSandbox(context: CommandContext): Promise<AppSandbox | undefined> {
  const folder = context.state.find();
  if (!folder || !findSandboxAddress(folder)) return undefined;
  // Loaded here, because most runs have no sandbox.
  const { findJoinable } = await import('../../../sandbox/instance/join.js');
  const joined = await findJoinable(folder);
  if (!joined) return undefined;
  const list = await listUnsupportedFromNow(joined);
  return {
    listUnsupported: async () => {
      await waitUntilQuiet(context.ports, joined.control);
      return (await list()).map((use) => ({
        what: describeUnsupportedUse(use),
        look: listLooks(context, use),
      }));
    },
    checkPrivacyRules: async () => {
      await waitUntilQuiet(context.ports, joined.control);
      const rules = await joined.control.assertions();
      const shown = rules.flatMap(({ number, exposures }) =>
        exposures.map((exposure) => ({
          what: `${exposure.phone} was shown ${number}: ${exposure.excerpt}`,
          look: listLooks(context, exposure),
        })),
      );
      return { watched: rules.length, shown };
    },
  };
}

/** The command that shows a trace, and its address if a page is served. A trace that is not kept has neither. */
function listLooks(context: CommandContext, { traceId }: { readonly traceId: string | null }): string[] {
  if (traceId === null) return [];
  const link = findPageLink(context, `/t/${traceId}`);
  return [adviseTrace({ traceId }), ...(link === undefined ? [] : [`open ${link}`])];
}

async function waitUntilQuiet({ now, sleep }: CliPorts, control: ControlClient): Promise<void> {
  const start = now();
  let [last, since] = [-1, start];
  while (now() - since < QUIET_MS && now() - start < MAX_WAIT_MS) {
    const { lastEventId } = await control.state();
    if (lastEventId !== last) [last, since] = [lastEventId, now()];
    await sleep(LOOK_AGAIN_MS);
  }
}
