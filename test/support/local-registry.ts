// A registry of npm on this machine that has one packed package, and sends whoever asks for another to the public one.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const PUBLIC_REGISTRY = 'https://registry.npmjs.org';

/** Serves a tarball under its own name. @returns the origin of the registry, and how to stop it */
export async function serveRegistry(tarball: string): Promise<{ origin: string; close: () => void }> {
  const bytes = readFileSync(tarball);
  const packed = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' });
  const manifest = JSON.parse(packed) as { name: string; version: string };
  const server = createServer(({ url = '/' }, response) => {
    const { origin } = new URL(`http://127.0.0.1:${port()}`);
    if (url === `/${manifest.name}`) {
      const dist = {
        tarball: `${origin}/${manifest.name}.tgz`,
        integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
      };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          name: manifest.name,
          'dist-tags': { latest: manifest.version },
          versions: { [manifest.version]: { ...manifest, dist } },
        }),
      );
    } else if (url === `/${manifest.name}.tgz`) response.end(bytes);
    else response.writeHead(302, { location: PUBLIC_REGISTRY + url }).end();
  });
  const port = () => (server.address() as AddressInfo).port;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { origin: `http://127.0.0.1:${port()}`, close: () => server.close() };
}
