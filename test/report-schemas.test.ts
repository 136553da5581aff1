// Keeps the JSON Schemas in docs/schemas/ what the exported zod schemas say.
import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  callReportSchema,
  checkoutPrepareReportSchema,
  checkoutStatusReportSchema,
  doctorReportSchema,
  errorReportSchema,
  eventReportSchema,
  exchangeReportSchema,
  execReportSchema,
  initReportSchema,
  leaksReportSchema,
  phonesReportSchema,
  relayEventReportSchema,
  replayReportSchema,
  requestReportSchema,
  requestsReportSchema,
  sandboxReportSchema,
  sendTestReportSchema,
  serveReportSchema,
  statusReportSchema,
  textReportSchema,
  tokenReportSchema,
  tunnelEventReportSchema,
  tunnelReportSchema,
  undoReportSchema,
} from '../src/reports.js';

it.each([
  ['call', callReportSchema],
  ['checkout-prepare', checkoutPrepareReportSchema],
  ['checkout-status', checkoutStatusReportSchema],
  ['doctor', doctorReportSchema],
  ['error', errorReportSchema],
  ['exec', execReportSchema],
  ['init', initReportSchema],
  ['replay', replayReportSchema],
  ['requests', requestsReportSchema],
  ['requests-exchange', exchangeReportSchema],
  ['requests-one', requestReportSchema],
  ['sandbox', sandboxReportSchema],
  ['sandbox-event', eventReportSchema],
  ['sandbox-leaks', leaksReportSchema],
  ['sandbox-phones', phonesReportSchema],
  ['send-test', sendTestReportSchema],
  ['serve', serveReportSchema],
  ['serve-event', relayEventReportSchema],
  ['serve-token', tokenReportSchema],
  ['status', statusReportSchema],
  ['text', textReportSchema],
  ['tunnel', tunnelReportSchema],
  ['tunnel-event', tunnelEventReportSchema],
  ['undo', undoReportSchema],
])('docs/schemas/%s.json is the schema that is exported', async (name, schema) => {
  const json = `${JSON.stringify(z.toJSONSchema(schema), undefined, 2)}\n`;
  await expect(json).toMatchFileSnapshot(`../docs/schemas/${name}.json`);
});
