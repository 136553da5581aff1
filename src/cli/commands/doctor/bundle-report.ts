// The document that `doctor --bundle` writes, for a bug report.
import * as z from 'zod';
import { doctorReportSchema } from '../../../checks/doctor/report.js';

const head = z.object({
  id: z.number(),
  at: z.string().describe('ISO 8601'),
  kind: z.string(),
  attempt: z.number(),
  method: z.string(),
  path: z.string().describe('without its query'),
  queryNames: z.array(z.string()),
  from: z.string().nullable().describe('shortened'),
  to: z.string().nullable().describe('shortened'),
  status: z.number().nullable(),
  durationMs: z.number().nullable(),
  verdict: z.string().describe('of the signature, with the reasons'),
  error: z.string().nullable(),
  refusal: z.string().nullable(),
  findings: z.array(z.string()).describe('ids'),
});

/** The schema of the document. Every text in it is redacted: no secret, no full phone number, no body of a text. */
export const doctorBundleSchema = z.object({
  bundle: z.literal(1).describe('the version of this form'),
  at: z.string().describe('ISO 8601'),
  versions: z.object({ relayPhone: z.string(), node: z.string() }),
  platform: z.object({ system: z.string(), release: z.string(), architecture: z.string() }),
  doctor: doctorReportSchema,
  settings: z
    .record(z.string(), z.object({ source: z.string(), value: z.string().describe('shortened or hidden') }))
    .describe('those that are set'),
  changes: z
    .array(z.object({ at: z.string(), target: z.string(), kind: z.string(), state: z.string() }))
    .describe('the newest in the journal, without what they changed'),
  requests: z
    .object({
      heads: z.array(head).describe('the newest first, refused ones after the others'),
      error: z.string().nullable(),
    })
    .describe('the requests that tunnel recorded'),
});

/** See {@link doctorBundleSchema}. */
export type DoctorBundle = z.infer<typeof doctorBundleSchema>;
