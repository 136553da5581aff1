// Which paths a signature lets in: those that every server reads alike.
import { splitTarget } from '../../exchanges/parameters.js';

/**
 * True if no server takes the path of a request target for another one: it has no `.` or `..` segments, however they are
 * encoded, no backslash and no fragment. Twilio resolves such segments before it signs a URL. A stranger could add them to
 * a captured webhook: the SDK's validator resolves them too, and the signature does not separate the URL from the
 * parameters.
 */
export function isPlainPath(target: string): boolean {
  const { pathname } = splitTarget(target);
  return !/[\\#]/.test(pathname) && !pathname.split(/\/|%2f|%5c/i).some(isDots);
}

/** Some servers ignore what follows a semicolon in a segment. */
function isDots(segment: string): boolean {
  const [name = ''] = segment.split(';');
  return /^(\.|%2e){1,2}$/i.test(name);
}
