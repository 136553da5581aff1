// The phone of the sandbox that stands in for the user's own.

/** E.164. Numbers 555-0190 to 555-0199 are never for sale in the sandbox. */
export const STAND_IN_PHONE = '+12025550190';
