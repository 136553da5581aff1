// The webhook settings of the two numbers while behaviours run.

/** The fields of a number that behaviours set, as the SDK spells them. */
export const POINTED_FIELDS = [
  'smsApplicationSid',
  'smsFallbackMethod',
  'smsFallbackUrl',
  'smsMethod',
  'smsUrl',
  'statusCallback',
  'statusCallbackMethod',
  'voiceApplicationSid',
  'voiceFallbackMethod',
  'voiceFallbackUrl',
  'voiceMethod',
  'voiceUrl',
] as const;

/** See {@link POINTED_FIELDS}. */
export type PointedFields = Readonly<Record<(typeof POINTED_FIELDS)[number], string>>;

/** Returns the settings that send everything of a number to the app. @param name `a` or `b`, the first part of its paths */
export function pointAt(address: string, name: 'a' | 'b'): PointedFields {
  const url = (path: string) => `${address}/${name}/${path}`;
  return {
    smsApplicationSid: '',
    smsFallbackMethod: 'POST',
    smsFallbackUrl: url('sms-fallback'),
    smsMethod: 'POST',
    smsUrl: url('sms'),
    statusCallback: url('status'),
    statusCallbackMethod: 'POST',
    voiceApplicationSid: '',
    voiceFallbackMethod: 'POST',
    voiceFallbackUrl: url('voice-fallback'),
    voiceMethod: 'POST',
    voiceUrl: url('voice'),
  };
}

/** Returns the present settings of a number; Twilio gives null for one that is not set. */
export function readPointedFields(
  number: Readonly<Partial<Record<keyof PointedFields, string | null>>>,
): PointedFields {
  const rows = POINTED_FIELDS.map((name) => [name, number[name] ?? '']);
  return Object.fromEntries(rows) as PointedFields;
}
