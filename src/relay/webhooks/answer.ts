// The answers of a relay, in the forms of Firefox Relay's endpoints.

/** An answer. */
export interface WebhookAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** In which form an endpoint says that something is wrong. */
export type ProblemForm = 'xml' | 'json';

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** TwiML that tells Twilio to do nothing. @param status 200, or 201 when something comes of it */
export function formatNothing(status: 200 | 201): WebhookAnswer {
  return formatTwiml(status, '<Response/>');
}

/** TwiML that connects a caller with the owner, whose phone shows the caller. */
export function formatDial(caller: string, realNumber: string): WebhookAnswer {
  const number = `<Number>${escapeXml(realNumber)}</Number>`;
  return formatTwiml(201, `<Response><Dial callerId="${escapeXml(caller)}">${number}</Dial></Response>`);
}

/** TwiML that says something to a caller and hangs up. */
export function formatSay(words: string): WebhookAnswer {
  return formatTwiml(200, `<Response><Say>${escapeXml(words)}</Say></Response>`);
}

/** An answer without a body. */
export function formatEmpty(): WebhookAnswer {
  return { status: 200, type: 'application/json', body: '' };
}

/** A JSON document. */
export function formatJson(status: number, value: object): WebhookAnswer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

/** A refusal. @param code Firefox Relay's word for what is wrong */
export function formatProblem(
  form: ProblemForm,
  status: number,
  message: string,
  code = 'invalid',
): WebhookAnswer {
  if (form === 'json') return formatJson(status, [message]);
  const parts = `<status_code>${status}</status_code><code>${code}</code><title>${escapeXml(message)}</title>`;
  return formatTwiml(status, `<Error>${parts}</Error>`);
}

function formatTwiml(status: number, xml: string): WebhookAnswer {
  return { status, type: 'text/xml; charset=utf-8', body: `${XML}${xml}\n` };
}

/** A text as it stands in XML. */
export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
