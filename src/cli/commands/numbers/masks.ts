// Finds the masks of `relay-phone serve`: from its user API while it runs, else from its database.
import { RelayPhoneError } from '../../../errors.js';
import { createRelayApi } from '../../../firefox-relay/relay-api.js';
import { obtainToken } from '../../../relay/api/access.js';
import { readMaskOwners } from '../../../relay/read-mask-owners.js';
import { RELAY_DATABASE_FILE } from '../../../relay/store/schema.js';
import type { MaskOwners } from '../../../setup/numbers.js';
import type { StateFolder } from '../../../state/folder.js';
import type { CommandContext } from '../../core/command-context.js';
import { findRelay } from '../../core/serve-announcement.js';

const TIMEOUT_MS = 5000;

/** The masks of `serve`, and where it listens if it runs. */
export interface ServeMasks {
  readonly owners: MaskOwners;
  readonly serve: string | undefined;
}

/** Finds the masks. If that fails, there are none, and `warnings` gets a sentence. */
export async function findServeMasks(
  { state }: Pick<CommandContext, 'state'>,
  warnings: string[],
): Promise<ServeMasks> {
  const folder = state.find();
  if (!folder) return { owners: new Map(), serve: undefined };
  const serve = findRelay(folder);
  try {
    const owners =
      serve === undefined ? readMaskOwners(folder.file(RELAY_DATABASE_FILE)) : await askServe(folder, serve);
    return { owners, serve };
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    warnings.push(`Which numbers are masks of relay-phone serve is not known. ${error.message}`);
    return { owners: new Map(), serve };
  }
}

/** The user API has one user, with one verified phone. */
async function askServe(folder: StateFolder, origin: string): Promise<MaskOwners> {
  const api = createRelayApi({
    origin,
    token: obtainToken(folder),
    timeoutMs: TIMEOUT_MS,
    starts: ['relay-phone serve'],
  });
  const [masks, phone] = await Promise.all([api.listMasks(), api.findVerifiedPhone()]);
  return new Map(masks.map((mask) => [mask, masks.length === 1 ? phone : undefined]));
}
