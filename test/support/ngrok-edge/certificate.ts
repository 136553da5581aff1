// An authority, and a certificate of it for the service and for every public host: the SDK takes none that is both.
import { generate } from 'selfsigned';

/** PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** The authority. */
  readonly ca: string;
}

/** Makes a certificate for `localhost` and ngrok's public domains. */
export async function createCertificate(): Promise<Certificate> {
  const names = ['localhost', '*.ngrok-free.app', '*.ngrok.app', '*.example.com'];
  const authority = await generate([{ name: 'commonName', value: 'A test authority' }], {
    extensions: [{ name: 'basicConstraints', cA: true }],
  });
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          { type: 7 as const, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert, key, ca: authority.cert };
}
