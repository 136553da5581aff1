// Tells verbs and nouns that the sandbox lacks apart from those that Twilio does not have either.
import { describe, expect, it } from 'vitest';
import { CALLER, NUMBER, setUpVoice } from '../../../test/support/voice.js';

/** Calls an app that answers with this TwiML, and returns what was missing, the alerts, and what the caller heard. */
async function callWith(inside: string) {
  const { sandbox, app } = await setUpVoice();
  app.answer(() => ({ type: 'text/xml', body: `<Response>${inside}<Say>Bye</Say><Hangup/></Response>` }));
  const call = sandbox.phone(CALLER).call(NUMBER);
  const { heard, alerts } = await call.ended;
  const { sentence } = sandbox.trace(call.traceId) ?? {};
  const lacks = sandbox.events({ kind: 'unsupported' });
  return {
    lacks,
    sentence,
    alerts: alerts.map(({ errorCode }) => errorCode),
    heard: heard.map(({ content }) => content),
  };
}

describe('a call whose TwiML has', () => {
  it.each([
    ['<Connect><Stream url="wss://example.com"/></Connect>', 'verb', '<Connect>'],
    ['<Start><Transcription/></Start>', 'verb', '<Start>'],
    ['<Pay/>', 'verb', '<Pay>'],
    ['<Refer><Sip>sip:a@example.com</Sip></Refer>', 'verb', '<Refer>'],
    ['<Dial><Client>alice</Client></Dial>', 'noun', '<Dial><Client>'],
    ['<Dial><Conference>Room</Conference></Dial>', 'noun', '<Dial><Conference>'],
    ['<Dial><Sip>sip:a@example.com</Sip></Dial>', 'noun', '<Dial><Sip>'],
  ])('%s says that it is not here, and goes on', async (inside, what, name) => {
    const { lacks, sentence, alerts, heard } = await callWith(inside);
    expect(lacks).toMatchObject([{ what, name, host: null, cause: expect.any(Number) }]);
    expect(sentence).toContain(`; not in the sandbox: ${name};`);
    // Twilio has no alert about it.
    expect(alerts).not.toContain(12200);
    expect(heard).toEqual(['Bye']);
  });

  it.each(['<say>Hi</say>', '<Connnect/>', '<Dial><Client2>a</Client2></Dial>'])(
    'the mistake %s has a warning instead',
    async (inside) => {
      const { lacks, alerts } = await callWith(inside);
      expect(lacks).toEqual([]);
      expect(alerts).toContain(12200);
    },
  );
});
