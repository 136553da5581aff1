// The flags of each command, as commander hands them over.

/** Flags of every command. */
export interface CommonFlags {
  readonly envFile?: string;
  readonly stateDir?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Flags of every command that talks to Twilio or the sandbox. */
export interface TargetFlags extends CommonFlags {
  readonly sandbox?: boolean;
  readonly live?: boolean;
  readonly accountSid?: string;
  readonly authTokenFile?: string;
  readonly timeout?: string;
}

/** Flags of every command that may work for a Relay checkout. */
export interface CheckoutFlags {
  readonly checkout?: string;
}

/** Flags of `checkout status`. */
export interface CheckoutCommandFlags extends CommonFlags, CheckoutFlags {
  readonly python?: string;
  readonly email?: string;
}

/** Flags of `checkout prepare`. */
export interface CheckoutPrepareFlags extends CheckoutCommandFlags {
  readonly yes?: boolean;
  readonly multiReplies?: boolean;
  readonly outboundPhone?: boolean;
}

/** Flags of `init`. */
export interface InitFlags extends TargetFlags, CheckoutFlags {
  readonly yes?: boolean;
  readonly buy?: boolean;
  readonly dryRun?: boolean;
  readonly mainNumber?: string;
  readonly country: string;
  readonly areaCode?: string;
  readonly contains?: string;
  readonly locality?: string;
  readonly publicUrl?: string;
  readonly realNumber?: string;
}

/** Flags of `undo`. */
export interface UndoFlags extends TargetFlags {
  readonly yes?: boolean;
  readonly releaseNumber?: boolean;
  readonly dryRun?: boolean;
}

/** Flags of `doctor`. */
export interface DoctorFlags extends TargetFlags, CheckoutFlags {
  readonly python?: string;
  readonly fix?: boolean;
  readonly app?: string;
}

/** Flags of `send-test`. */
export interface SendTestFlags extends TargetFlags, CheckoutFlags {
  readonly yes?: boolean;
  readonly buy?: boolean;
  readonly realNumber?: string;
  readonly app?: string;
  readonly apiTokenFile?: string;
  readonly verify?: boolean;
  readonly code?: string;
  readonly mask?: boolean;
  readonly direct?: boolean;
}

/** Flags of `serve`. */
export interface ServeFlags extends TargetFlags {
  readonly yes?: boolean;
  readonly buy?: boolean;
  readonly realNumber?: string;
  readonly mask?: string;
  readonly publicUrl?: string;
  readonly port: string;
  readonly host: string;
  readonly maxTexts: string;
  readonly maxMinutes: string;
  readonly prefixes: boolean;
  readonly resend?: boolean;
  readonly showNumbers?: boolean;
  readonly showToken?: boolean;
  readonly exposeApi?: boolean;
}

/** The forms in which `exec --print-env` writes variables. */
export const ENV_FORMS = ['shell', 'powershell', 'compose'] as const;

/** See {@link ENV_FORMS}. */
export type EnvForm = (typeof ENV_FORMS)[number];

/** Flags of `exec`. */
export interface ExecFlags extends CommonFlags, CheckoutFlags {
  readonly publicUrl?: string;
  readonly printEnv?: EnvForm;
  readonly clock: 'real' | 'manual';
  readonly timeout?: string;
}

/** Flags of `sandbox`. */
export interface SandboxFlags extends CommonFlags {
  readonly port: string;
  readonly strict?: boolean;
  readonly clock: 'real' | 'manual';
  readonly follow?: boolean;
}

/** Flags of `sandbox leaks`. */
export interface LeaksFlags extends CommonFlags {
  readonly number: string;
  readonly allow?: string[];
}

/** Flags of `text`. */
export interface TextFlags extends CommonFlags {
  readonly from: string;
  readonly to: string;
  readonly media?: readonly string[];
}

/** Flags of `call`. */
export interface CallFlags extends CommonFlags {
  readonly from: string;
  readonly to: string;
  readonly press?: string;
  readonly say?: string;
  readonly hangUpAfter: string;
}

/** Flags of `play`. */
export interface PlayFlags extends CommonFlags, CheckoutFlags {
  readonly app?: string;
  readonly apiTokenFile?: string;
  readonly watch?: boolean;
  readonly timeout?: string;
}

/** Flags of `requests`. */
export interface RequestsFlags extends CommonFlags {
  readonly follow?: boolean;
  readonly path?: string;
  readonly status?: string;
  readonly sid?: string;
  readonly number?: string;
  readonly since?: string;
  readonly failed?: boolean;
  readonly refused?: boolean;
  readonly limit: string;
  readonly showNumbers?: boolean;
}

/** Flags of `requests export`. */
export interface RequestsExportFlags extends CommonFlags {
  readonly pair?: boolean;
}

/** Flags of `replay`. */
export interface ReplayFlags extends CommonFlags {
  readonly to?: string;
  readonly set?: readonly string[];
  readonly toPath?: string;
  readonly withoutSignature?: boolean;
  readonly publicUrl?: string;
  readonly authTokenFile?: string;
  readonly timeout?: string;
  readonly conversation?: boolean;
  readonly fast?: boolean;
  readonly showNumbers?: boolean;
}

/** Flags of `tunnel`. */
export interface TunnelFlags extends TargetFlags {
  readonly yes?: boolean;
  readonly to: string;
  readonly url?: string;
  readonly domain?: string;
  readonly authtokenFile?: string;
  readonly port: string;
  readonly expose: 'webhooks' | 'all';
  readonly keep?: boolean;
  readonly showNumbers?: boolean;
}

/** Flags of `smoke`. */
export interface SmokeFlags extends CommonFlags {
  readonly testAccount?: boolean;
  readonly allowMissing?: boolean;
  readonly sandbox?: boolean;
  readonly app?: string;
  readonly publicUrl?: string;
  readonly signingTokenFile?: string;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly list?: boolean;
  readonly junit?: string;
  readonly timeout?: string;
}

/** Flags of `ci`. */
export interface CiFlags extends Pick<CommonFlags, 'json'> {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly stdout?: boolean;
  readonly appCommand?: string;
  readonly appSetup?: string;
}
