// The schema of a JSON document, as the types of the package have it: they name no library.

/**
 * Checks a JSON document that a command has printed.
 *
 * @example
 * const { phone } = textReportSchema.parse(JSON.parse(stdout));
 */
export interface ReportSchema<Document> {
  /** Returns the document without fields that the schema lacks. @throws an error that names each wrong field */
  parse(document: unknown): Document;
  /** The same, with the error as a value. */
  safeParse(
    document: unknown,
  ): { readonly success: true; readonly data: Document } | { readonly success: false; readonly error: Error };
}
