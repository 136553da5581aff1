// The JSON documents of `docs`; their schema is the contract with scripts.
import * as z from 'zod';

/** What `docs --json` prints. */
export const docsReportSchema = z.object({
  command: z.literal('docs'),
  folder: z.string().describe('the absolute path of the folder with all pages'),
  pages: z
    .array(
      z.object({
        page: z.string().describe('its name, as `relay-phone docs` takes it'),
        about: z.string(),
        path: z.string(),
        markdown: z.string().nullable().describe('its text; null in the list of all pages'),
      }),
    )
    .describe('all pages, or the one that was asked for'),
});

/** A document of {@link docsReportSchema}. */
export type DocsReport = z.infer<typeof docsReportSchema>;
