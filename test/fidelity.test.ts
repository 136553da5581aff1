// Checks that docs/fidelity.md matches the titles of the tests; `npm run fidelity` writes it again.
import { expect, it } from 'vitest';
import { formatPage, readBehaviours, readCapturedRows } from './support/fidelity.js';

it('docs/fidelity.md matches the titles of the tests', async () => {
  await expect(formatPage(readBehaviours(), readCapturedRows())).toMatchFileSnapshot('../docs/fidelity.md');
});
