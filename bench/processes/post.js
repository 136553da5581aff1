// Sends a form over node:http: `fetch` would bring its own memory into the process that is measured.
import { request } from 'node:http';

/**
 * @param {import('../../dist/index.js').Sandbox} sandbox
 * @param {string} resource such as `Messages` @param {Record<string, string>} form
 * @returns {Promise<void>} when it was answered with 201
 */
export function post({ port, accountSid, authToken }, resource, form) {
  const path = `/2010-04-01/Accounts/${accountSid}/${resource}.json`;
  const options = { host: '127.0.0.1', port, path, method: 'POST', auth: `${accountSid}:${authToken}` };
  return new Promise((resolve, reject) => {
    request(options, (response) => {
      if (response.statusCode === 201) resolve();
      else reject(new Error(`POST ${resource} gave ${response.statusCode}`));
      response.resume();
    })
      .on('error', reject)
      .end(String(new URLSearchParams(form)));
  });
}
