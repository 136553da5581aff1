// The app of a story: its user API, which is looked for when a story first needs it.
import type { RelayApi } from '../../../firefox-relay/relay-api.js';
import type { StoryApp } from '../../../scenarios/ports.js';
import { required, type Setup } from '../../../setup/setup.js';
import type { CommandContext } from '../../core/command-context.js';
import { findAppAccess } from '../send-test/app-access.js';
import { openRelayApi } from '../send-test/open.js';
import { checkApp } from '../send-test/phone-check.js';

/** @param named the app's origin; where it usually is without one */
export function createStoryApp(context: CommandContext, setup: Setup, named: string | undefined): StoryApp {
  let opening: Promise<RelayApi> | undefined;
  const open = () => {
    opening ??= findAppAccess(context, named).then((access) => openRelayApi(setup, access));
    return opening;
  };
  return {
    findOwner: async () => (await open()).findVerified(),
    takeMask: async (owner) => {
      const api = await open();
      const isOwner = (await api.findVerified()) === owner;
      const [mask] = isOwner ? await api.listMasks() : [];
      return mask ?? takeNewMask(setup, api, owner);
    },
    block: async (contact, isBlocked) => (await open()).block(contact, isBlocked),
  };
}

async function takeNewMask(setup: Setup, api: RelayApi, number: string): Promise<string> {
  const { mask, error } = await checkApp(setup, api, { number, verify: true, mask: true, code: undefined });
  if (error) throw error;
  return required(mask).phoneNumber;
}
