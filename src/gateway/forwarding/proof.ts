// Proves to whoever asks through the public address that this gateway is what stands behind it.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { OWN_PATHS } from './allowlist.js';

/** What is to be fetched, and what the right answer is. Nobody can guess either, nor one from the other. */
export interface Proof {
  /** The path to fetch. */
  readonly path: string;
  /** The whole body of the answer, which is a 200. */
  readonly answer: string;
}

/** See the head of this file. */
export interface Prover {
  current(): Proof;
  /** Makes a new one; the one before counts no more. */
  renew(): Proof;
  /** The answer to a target; undefined when it is not that of the current proof. */
  find(target: string): string | undefined;
}

/** Makes one. */
export function createProver(): Prover {
  let proof = createProof();
  return {
    current: () => proof,
    renew: () => {
      proof = createProof();
      return proof;
    },
    find: (target) => (isEqual(target, proof.path) ? proof.answer : undefined),
  };
}

function createProof(): Proof {
  return { path: OWN_PATHS + randomBytes(24).toString('hex'), answer: randomBytes(24).toString('hex') };
}

/** Takes the same time wherever the two differ, and whatever their lengths. */
function isEqual(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
