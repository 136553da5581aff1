// The paths that every resource of the 2010 API begins with.
import { API_2010 } from './answer.js';

/** The route pattern of an account; the credentials check has compared the SID in it by then. */
export const ACCOUNT = `${API_2010}/Accounts/:account`;

/** The path of an account, without `.json`: `/2010-04-01/Accounts/AC…`. */
export function accountPath(sid: string): string {
  return `${API_2010}/Accounts/${sid}`;
}
