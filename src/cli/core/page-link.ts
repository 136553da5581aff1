// Names the address at which the running page of the sandbox shows something.
import { listPages } from '../../page/server/address.js';
import type { CommandContext } from './command-context.js';

/**
 * Returns the address of a screen of the sandbox's page, without a code: a tab that is open lets others in. Undefined if no
 * page is served.
 *
 * @param path of the screen, such as `/t/latest`
 */
export function findPageLink({ state }: CommandContext, path: string): string | undefined {
  const folder = state.find();
  const page = folder && listPages(folder).find(({ mode }) => mode === 'sandbox');
  return page && page.origin + path;
}
