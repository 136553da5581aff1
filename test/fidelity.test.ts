// Keeps docs/fidelity.md what the titles of the tests say; `npm run fidelity` writes it anew.
import { expect, it } from 'vitest';
import { formatPage, readBehaviours } from './support/fidelity.js';

it('docs/fidelity.md is what the tests give', async () => {
  await expect(formatPage(readBehaviours())).toMatchFileSnapshot('../docs/fidelity.md');
});
