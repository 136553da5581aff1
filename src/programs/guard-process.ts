// The program of the guard: waits until its standard input ends, then stops a tree of processes.
import { text } from 'node:stream/consumers';
import { stopTree } from './tree.js';

/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE_MS = 5000;

// A line means that the program needs no guard any more. After a shell that waited, there is nothing left to read.
void text(process.stdin).then((line) =>
  line === '' ? stopTree(JSON.parse(process.argv[2] ?? '{}'), GRACE_MS) : undefined,
);
