// The proof that a public base leads to this gateway: a secret path with a secret answer, fetched through the tunnel.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { OWN_PATHS } from './allowlist.js';

/** A path to fetch and its answer. Both are random and independent. */
export interface Proof {
  /** The path to fetch. */
  readonly path: string;
  /** The complete body of the 200 answer. */
  readonly answer: string;
}

/** Holds the current proof. */
export interface Prover {
  current(): Proof;
  /** Replaces the proof. */
  renew(): Proof;
  /** Returns the answer to a request target; undefined if it is not the path of the current proof. */
  find(target: string): string | undefined;
}

/** Creates a prover with a first proof. */
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

/** Compares in constant time, for any lengths. */
function isEqual(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
