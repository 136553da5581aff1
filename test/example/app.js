// An example app: an answering machine over Twilio, with Express and Twilio's own middleware.
import express from 'express';
import twilio from 'twilio';

/** @param {string} authToken @returns {import('express').Express} */
export function createApp(authToken) {
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.use(twilio.webhook(authToken));

  app.post('/sms', (request, response) => {
    const reply = new twilio.twiml.MessagingResponse();
    reply.message(`You said: ${request.body.Body}`);
    response.type('text/xml').send(reply.toString());
  });

  app.post('/voice', (_request, response) => {
    const answer = new twilio.twiml.VoiceResponse();
    answer.gather({ numDigits: 1, action: '/menu' }).say('Press 1 to be connected.');
    answer.say('Goodbye.');
    response.type('text/xml').send(answer.toString());
  });

  app.post('/menu', (request, response) => {
    const answer = new twilio.twiml.VoiceResponse();
    if (request.body.Digits === '1') answer.dial({ callerId: request.body.To }).number('+13015550195');
    else answer.say('That is no choice.');
    response.type('text/xml').send(answer.toString());
  });
  return app;
}
