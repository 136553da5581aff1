// Looks at the checkout of a Relay, by a port: what is wrong there its own room knows.
import { createCheck, nothing } from './check.js';

/** Whether it has the flags, the user and the token that phones need. */
export const checkoutCheck = createCheck({
  id: 'checkout',
  group: 'checkout',
  looksAt: 'the checkout of Firefox Relay that we stand in: flags, user, API token',
  needs: [],
  // What `inspectCheckout` can find.
  findings: {},
  look: async ({ inspectCheckout }) => (await inspectCheckout?.()) ?? nothing('not looked at'),
});
