// How the paths of the 2010 API begin.
import { API_2010 } from './answer.js';

/** The route pattern of an account; whose account it is, `auth.ts` has checked by then. */
export const ACCOUNT = `${API_2010}/Accounts/:account`;
