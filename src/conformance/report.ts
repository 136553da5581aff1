// The JSON document of `conformance`, and the capture file: what was recorded of each behaviour.
import * as z from 'zod';
import { BEHAVIOUR_GROUPS } from './behaviour.js';
import { differenceSchema } from './compare.js';
import { NOT_COMPARED } from './not-compared.js';
import { recordingSchema } from './recording.js';

const money = z.object({ amount: z.string(), currency: z.string() });

/** One behaviour in a report. */
export const behaviourResultSchema = z.object({
  id: z.string(),
  group: z.enum(BEHAVIOUR_GROUPS),
  title: z.string(),
  row: z.string().describe('the row in docs/fidelity.md'),
  outcome: z
    .enum(['agrees', 'differs', 'unseen'])
    .describe('unseen: something else than its behaviour kept Twilio from being seen'),
  differences: z.array(differenceSchema),
  reason: z.string().nullable().describe('why it could not be seen'),
});

/** See {@link behaviourResultSchema}. */
export type BehaviourResult = z.infer<typeof behaviourResultSchema>;

/** What `conformance --json` prints. */
export const conformanceReportSchema = z.object({
  command: z.literal('conformance'),
  comparedWith: z
    .enum(['documentation', 'live', 'capture'])
    .describe('what the sandbox is compared with: what Twilio documents, the account, or a capture'),
  interrupted: z.boolean().describe('true if Ctrl-C ended the run; the others could not be seen'),
  agrees: z.number().int(),
  differs: z.number().int(),
  unseen: z.number().int(),
  results: z.array(behaviourResultSchema),
  spent: money
    .extend({ budget: z.string() })
    .nullable()
    .describe('the worst case of what was spent, and the budget; null without --live'),
  capture: z.string().nullable().describe('the path of the capture file'),
  regressionTest: z.string().nullable().describe('where --import put the capture for the tests'),
  notCompared: z
    .array(z.string())
    .describe('what the comparison with an account or a capture leaves out; empty for the documentation'),
});

/** See {@link conformanceReportSchema}. */
export type ConformanceReport = z.infer<typeof conformanceReportSchema>;

/** What `conformance --list --json` prints. */
export const conformanceListSchema = z.object({
  command: z.literal('conformance'),
  behaviours: z.array(behaviourResultSchema.pick({ id: true, group: true, title: true, row: true })),
});

/** See {@link conformanceListSchema}. */
export type ConformanceList = z.infer<typeof conformanceListSchema>;

/** What a capture file is called inside, and the version of its format. */
export const [CAPTURE_KIND, CAPTURE_VERSION] = ['relay-phone conformance capture', 1] as const;

/** A capture file: what was recorded, with stand-ins for everything that belongs to the account. */
export const captureSchema = z.strictObject({
  kind: z.literal(CAPTURE_KIND),
  version: z.literal(CAPTURE_VERSION),
  of: z.enum(['live', 'sandbox']).describe('what was recorded: Twilio itself, or the sandbox'),
  relayPhone: z.string().describe('the version that recorded it'),
  date: z.iso.date(),
  interrupted: z
    .literal(true)
    .describe('there if Ctrl-C ended the run: behaviours that were to run are not in it')
    .exactOptional(),
  recordings: z.record(z.string(), recordingSchema).describe('by the id of the behaviour'),
});

/** See {@link captureSchema}. */
export type Capture = z.infer<typeof captureSchema>;

/** Creates the report of a run, without costs and files. */
export function createConformanceReport(
  comparedWith: ConformanceReport['comparedWith'],
  { results, interrupted }: { readonly results: readonly BehaviourResult[]; readonly interrupted: boolean },
): ConformanceReport {
  const count = (outcome: BehaviourResult['outcome']) =>
    results.filter((one) => one.outcome === outcome).length;
  return {
    command: 'conformance',
    comparedWith,
    interrupted,
    agrees: count('agrees'),
    differs: count('differs'),
    unseen: count('unseen'),
    results: [...results],
    spent: null,
    capture: null,
    regressionTest: null,
    notCompared: comparedWith === 'documentation' ? [] : [...NOT_COMPARED],
  };
}
