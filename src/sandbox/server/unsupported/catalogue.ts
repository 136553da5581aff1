// What Twilio has and the sandbox lacks: products, and operations of the products that it has.

/** A product that the sandbox lacks. */
export interface MissingProduct {
  /** As Twilio's documentation names it. */
  readonly title: string;
  /** The versions, and the first segments of the paths below them. */
  readonly paths: string;
}

/**
 * The products by the first label of their host. The paths tell apart what a request without a host may be for.
 * See https://www.twilio.com/docs/usage/api and the OpenAPI documents of https://github.com/twilio/twilio-oai.
 */
export const MISSING_PRODUCTS: Readonly<Record<string, MissingProduct>> = {
  accounts: { title: 'Accounts v1', paths: 'v1 AuthTokens Credentials SafeList Consents Contacts' },
  assistants: { title: 'AI Assistants', paths: 'v1 Assistants Knowledge Policies Sessions Tools' },
  authy: { title: 'Authy', paths: '' },
  autopilot: { title: 'Autopilot', paths: 'v1 Assistants' },
  bulkexports: { title: 'Bulk Export', paths: 'v1 Exports' },
  chat: { title: 'Programmable Chat', paths: 'v1/v2/v3 Services Credentials' },
  comms: { title: 'Bulk Messaging', paths: 'v1 Messages' },
  content: { title: 'Content', paths: 'v1/v2 Content ContentAndApprovals LegacyContent' },
  conversations: {
    title: 'Conversations',
    paths:
      'v1/v2 Configuration Conversations ConversationWithParticipants ParticipantConversations Credentials Roles Services Users ControlPlane',
  },
  events: { title: 'Event Streams', paths: 'v1 Schemas Sinks Subscriptions Types' },
  fax: { title: 'Programmable Fax', paths: 'v1 Faxes' },
  'flex-api': {
    title: 'Flex',
    paths:
      'v1/v2 account Channels Configuration FlexFlows Insights Interactions PluginService WebChannels Instances WebChats',
  },
  'frontline-api': { title: 'Frontline', paths: 'v1 Users' },
  iam: {
    title: 'IAM',
    paths: 'v1 Account Accounts Authorize Keys Operations Organization Organizations Roles',
  },
  insights: { title: 'Voice and Video Insights', paths: 'v1/v2 Conferences Video Voice InsightsDomains' },
  intelligence: {
    title: 'Conversational Intelligence',
    paths: 'v2 Operators OperatorTypes Services Transcripts',
  },
  'ip-messaging': { title: 'Programmable Chat', paths: 'v1/v2 Services Credentials' },
  knowledge: { title: 'AI Assistants Knowledge', paths: 'v1 Knowledge' },
  marketplace: {
    title: 'Marketplace',
    paths: 'v1 AvailableAddOns InstalledAddOns Listing Listings ReferralConversion',
  },
  mcs: { title: 'Conversations Media', paths: 'v1 Services' },
  memory: { title: 'Memory', paths: '' },
  notify: { title: 'Notify', paths: 'v1 Services Credentials' },
  numbers: {
    title: 'Numbers',
    paths:
      'v1/v2/v3 HostedNumber HostedNumbers Porting SenderIdRegistrations SigningRequest RegulatoryCompliance ShortCodes SenderIds',
  },
  oauth: { title: 'OAuth', paths: 'v1/v2 token authorize' },
  preview: { title: 'Preview', paths: '' },
  'preview-iam': { title: 'IAM', paths: '' },
  proxy: { title: 'Proxy', paths: 'v1 Services' },
  routes: { title: 'Routes', paths: 'v2 PhoneNumbers SipDomains Trunks' },
  serverless: { title: 'Serverless', paths: 'v1 Services' },
  studio: { title: 'Studio', paths: 'v1/v2 Flows' },
  supersim: {
    title: 'Super SIM',
    paths:
      'v1 ESimProfiles Fleets IpCommands NetworkAccessProfiles Networks SettingsUpdates Sims SmsCommands UsageRecords',
  },
  sync: { title: 'Sync', paths: 'v1 Services' },
  taskrouter: { title: 'TaskRouter', paths: 'v1 Workspaces' },
  trunking: { title: 'Elastic SIP Trunking', paths: 'v1 Trunks' },
  trusthub: {
    title: 'Trust Hub',
    paths:
      'v1 CustomerProfiles EndUsers EndUserTypes Policies SupportingDocuments SupportingDocumentTypes TrustProducts',
  },
  verify: { title: 'Verify', paths: 'v2 Services Attempts Forms SafeList Templates' },
  video: {
    title: 'Video',
    paths: 'v1 Rooms Recordings Compositions CompositionHooks CompositionSettings RecordingSettings',
  },
  voice: {
    title: 'Voice settings',
    paths: 'v1 Archives ByocTrunks ConnectionPolicies DialingPermissions IpRecords Settings SourceIpMappings',
  },
  webhooks: { title: 'Webhook rules', paths: 'v1 Webhooks Accounts' },
  wireless: { title: 'Wireless', paths: 'v1 Commands RatePlans Sims UsageRecords' },
};

/**
 * The operations that Twilio documents for the products that the sandbox has, and that it lacks: path and methods, `{}` for
 * a parameter, without the account. A test compares them with the OpenAPI documents. The documents lack what
 * some links of resources lead to: `SIP`, `Usage`, and lists of what can only be created.
 */
export const MISSING_OPERATIONS: Readonly<Record<string, string>> = {
  api: `
    /2010-04-01/Accounts.json POST
    Addresses.json GET POST
    Addresses/{}.json DELETE GET POST
    Addresses/{}/DependentPhoneNumbers.json GET
    AuthorizedConnectApps.json GET
    AuthorizedConnectApps/{}.json GET
    AvailablePhoneNumbers/{}/MachineToMachine.json GET
    AvailablePhoneNumbers/{}/National.json GET
    AvailablePhoneNumbers/{}/SharedCost.json GET
    AvailablePhoneNumbers/{}/Voip.json GET
    Calls/{}/Events.json GET
    Calls/{}/Notifications.json GET
    Calls/{}/Notifications/{}.json GET
    Calls/{}/Payments.json GET POST
    Calls/{}/Payments/{}.json POST
    Calls/{}/Recordings.json POST
    Calls/{}/Recordings/{}.json POST
    Calls/{}/Siprec.json GET POST
    Calls/{}/Siprec/{}.json POST
    Calls/{}/Streams.json GET POST
    Calls/{}/Streams/{}.json POST
    Calls/{}/Transcriptions.json GET POST
    Calls/{}/Transcriptions/{}.json POST
    Calls/{}/UserDefinedMessageSubscriptions.json GET POST
    Calls/{}/UserDefinedMessageSubscriptions/{}.json DELETE
    Calls/{}/UserDefinedMessages.json GET POST
    Conferences.json GET
    Conferences/{}.json GET POST
    Conferences/{}/Participants.json GET POST
    Conferences/{}/Participants/{}.json DELETE GET POST
    Conferences/{}/Recordings.json GET
    Conferences/{}/Recordings/{}.json DELETE GET POST
    ConnectApps.json GET
    ConnectApps/{}.json DELETE GET POST
    IncomingPhoneNumbers/{}/AssignedAddOns.json GET POST
    IncomingPhoneNumbers/{}/AssignedAddOns/{}.json DELETE GET
    IncomingPhoneNumbers/{}/AssignedAddOns/{}/Extensions.json GET
    IncomingPhoneNumbers/{}/AssignedAddOns/{}/Extensions/{}.json GET
    Notifications.json GET
    Notifications/{}.json GET
    Queues.json GET POST
    Queues/{}.json DELETE GET POST
    Queues/{}/Members.json GET
    Queues/{}/Members/{}.json GET POST
    Recordings/{}/AddOnResults.json GET
    Recordings/{}/AddOnResults/{}.json DELETE GET
    Recordings/{}/AddOnResults/{}/Payloads.json GET
    Recordings/{}/AddOnResults/{}/Payloads/{}.json DELETE GET
    Recordings/{}/AddOnResults/{}/Payloads/{}/Data.json GET
    Recordings/{}/Transcriptions.json GET
    Recordings/{}/Transcriptions/{}.json DELETE GET
    SIP.json GET
    SIP/CredentialLists.json GET POST
    SIP/CredentialLists/{}.json DELETE GET POST
    SIP/CredentialLists/{}/Credentials.json GET POST
    SIP/CredentialLists/{}/Credentials/{}.json DELETE GET POST
    SIP/Domains.json GET POST
    SIP/Domains/{}.json DELETE GET POST
    SIP/Domains/{}/Auth/Calls/CredentialListMappings.json GET POST
    SIP/Domains/{}/Auth/Calls/CredentialListMappings/{}.json DELETE GET
    SIP/Domains/{}/Auth/Calls/IpAccessControlListMappings.json GET POST
    SIP/Domains/{}/Auth/Calls/IpAccessControlListMappings/{}.json DELETE GET
    SIP/Domains/{}/Auth/Registrations/CredentialListMappings.json GET POST
    SIP/Domains/{}/Auth/Registrations/CredentialListMappings/{}.json DELETE GET
    SIP/Domains/{}/CredentialListMappings.json GET POST
    SIP/Domains/{}/CredentialListMappings/{}.json DELETE GET
    SIP/Domains/{}/IpAccessControlListMappings.json GET POST
    SIP/Domains/{}/IpAccessControlListMappings/{}.json DELETE GET
    SIP/IpAccessControlLists.json GET POST
    SIP/IpAccessControlLists/{}.json DELETE GET POST
    SIP/IpAccessControlLists/{}/IpAddresses.json GET POST
    SIP/IpAccessControlLists/{}/IpAddresses/{}.json DELETE GET POST
    SMS/ShortCodes.json GET
    SMS/ShortCodes/{}.json GET POST
    SigningKeys.json GET POST
    SigningKeys/{}.json DELETE GET POST
    Tokens.json POST
    Transcriptions.json GET
    Transcriptions/{}.json DELETE GET
    Usage.json GET
    Usage/Records.json GET
    Usage/Records/AllTime.json GET
    Usage/Records/Daily.json GET
    Usage/Records/LastMonth.json GET
    Usage/Records/Monthly.json GET
    Usage/Records/ThisMonth.json GET
    Usage/Records/Today.json GET
    Usage/Records/Yearly.json GET
    Usage/Records/Yesterday.json GET
    Usage/Triggers.json GET POST
    Usage/Triggers/{}.json DELETE GET POST
  `,
  pricing: `
    /v1/Voice/Numbers/{} GET
  `,
  lookups: `
    /v2/PhoneNumbers/{}/Overrides/{} DELETE GET POST
    /v2/RateLimits GET
    /v2/RateLimits/Fields/{}/Bucket/{} DELETE GET
    /v2/batch/query POST
  `,
  monitor: `
    /v1/Events GET
    /v1/Events/{} GET
  `,
  messaging: `
    /v1/Deactivations GET
    /v1/LinkShortening/Domains/{}/Certificate DELETE GET POST
    /v1/LinkShortening/Domains/{}/Config GET POST
    /v1/LinkShortening/Domains/{}/MessagingServices/{} DELETE POST
    /v1/LinkShortening/Domains/{}/RequestManagedCert POST
    /v1/LinkShortening/Domains/{}/ValidateDns GET
    /v1/LinkShortening/MessagingService/{}/DomainConfig GET
    /v1/LinkShortening/MessagingServices/{}/Domain GET
    /v1/Services/PreregisteredUsa2p POST
    /v1/Services/Usecases GET
    /v1/Services/{}/AlphaSenders GET POST
    /v1/Services/{}/AlphaSenders/{} DELETE GET
    /v1/Services/{}/ChannelSenders GET POST
    /v1/Services/{}/ChannelSenders/{} DELETE GET
    /v1/Services/{}/Compliance/Usa2p POST
    /v1/Services/{}/Compliance/Usa2p/Usecases GET
    /v1/Services/{}/Compliance/Usa2p/{} DELETE POST
    /v1/Services/{}/DestinationAlphaSenders GET POST
    /v1/Services/{}/DestinationAlphaSenders/{} DELETE GET
    /v1/Services/{}/Messages GET
    /v1/Services/{}/ShortCodes GET POST
    /v1/Services/{}/ShortCodes/{} DELETE GET
    /v1/Tollfree/Verifications POST
    /v1/Tollfree/Verifications/{} DELETE POST
    /v1/a2p/BrandRegistrations GET POST
    /v1/a2p/BrandRegistrations/{} GET POST
    /v1/a2p/BrandRegistrations/{}/SmsOtp POST
    /v1/a2p/BrandRegistrations/{}/Vettings GET POST
    /v1/a2p/BrandRegistrations/{}/Vettings/{} GET
  `,
};
