// The one part of undici that is used: its index would also put an agent of its own behind the global fetch.
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici';
}
