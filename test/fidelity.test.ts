// Checks that docs/fidelity.md matches the titles of the tests; `npm run fidelity` writes it again.
import { expect, it } from 'vitest';
import { formatPage, readBehaviours } from './support/fidelity.js';

it('docs/fidelity.md matches the titles of the tests', async () => {
  await expect(formatPage(readBehaviours())).toMatchFileSnapshot('../docs/fidelity.md');
});
