// The answers of a relay, in the forms of Firefox Relay's endpoints.

/** An answer. */
export interface RelayWebhookAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** In which form an endpoint says that something is wrong. */
export type ProblemForm = 'xml' | 'json';

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** TwiML that tells Twilio to do nothing. @param status 200, or 201 when something comes of it */
export function formatNothing(status: 200 | 201): RelayWebhookAnswer {
  return formatTwiml(status, '<Response/>');
}

/** TwiML that connects a caller with the owner, whose phone shows the caller. */
export function formatDial(caller: string, realNumber: string): RelayWebhookAnswer {
  const number = `<Number>${escapeXml(realNumber)}</Number>`;
  return formatTwiml(201, `<Response><Dial callerId="${escapeXml(caller)}">${number}</Dial></Response>`);
}

/** TwiML that says something to a caller and hangs up. */
export function formatSay(words: string): RelayWebhookAnswer {
  return formatTwiml(200, `<Response><Say>${escapeXml(words)}</Say></Response>`);
}

/** An answer without a body. */
export function formatEmpty(): RelayWebhookAnswer {
  return { status: 200, type: 'application/json', body: '' };
}

/** A JSON document. */
export function formatJson(status: number, value: object): RelayWebhookAnswer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

/** A refusal. @param code Firefox Relay's word for what is wrong */
export function formatRelayError(
  form: ProblemForm,
  status: number,
  message: string,
  code = 'invalid',
): RelayWebhookAnswer {
  if (form === 'json') return formatJson(status, [message]);
  const parts = `<status_code>${status}</status_code><code>${code}</code><title>${escapeXml(message)}</title>`;
  return formatTwiml(status, `<Error>${parts}</Error>`);
}

function formatTwiml(status: number, xml: string): RelayWebhookAnswer {
  return { status, type: 'text/xml; charset=utf-8', body: `${XML}${xml}\n` };
}

/** A text as it stands in XML. */
export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
