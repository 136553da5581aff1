// The verbs and nouns of calls that Twilio has and the sandbox lacks, with the attributes and elements that they may have.
import { defineMissingElement as missing } from '../schema.js';
import { PROMPT_SCHEMAS } from './prompts.js';

const CALL_STATUS_ATTRIBUTES = 'url method statusCallback statusCallbackEvent statusCallbackMethod';
const RECORDING_ATTRIBUTES =
  'recordingStatusCallback recordingStatusCallbackEvent recordingStatusCallbackMethod trim';

/** The attributes of answering machine detection, which `<Number>` has too. */
export const MACHINE_DETECTION_ATTRIBUTES =
  'machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout amdStatusCallback amdStatusCallbackMethod';

/** `<Parameter>` and `<Config>`, which pass values to what a noun connects to. */
const [PARAMETER, CONFIG] = [missing('name value'), missing('name value')];

/** The nouns of `<Dial>`. See https://www.twilio.com/docs/voice/twiml/dial#nouns. */
export const MISSING_DIAL_NOUNS = {
  Application: missing(`${CALL_STATUS_ATTRIBUTES} copyParentTo customerId`, {
    ApplicationSid: missing(),
    Parameter: PARAMETER,
  }),
  Client: missing(CALL_STATUS_ATTRIBUTES, { Identity: missing(), Parameter: PARAMETER }),
  Conference: missing(
    `beep coach endConferenceOnExit eventCallbackUrl jitterBufferSize maxParticipants muted participantLabel record recordingConfigurationId region startConferenceOnEnter statusCallback statusCallbackEvent statusCallbackMethod waitMethod waitUrl ${RECORDING_ATTRIBUTES}`,
  ),
  Sim: missing(),
  Sip: missing(`${CALL_STATUS_ATTRIBUTES} ${MACHINE_DETECTION_ATTRIBUTES} username password`, {
    Headers: missing('', { Header: missing('name value') }),
    Uri: missing('password priority username weight'),
  }),
  WhatsApp: missing(CALL_STATUS_ATTRIBUTES),
};

/** `<Task>` of `<Enqueue>`, which is for TaskRouter. See https://www.twilio.com/docs/voice/twiml/enqueue. */
export const TASK = missing('priority timeout');

/** `<Parameter>` of `<Hangup>` and `<Reject>`, which goes back to the `<Dial><Application>` that called. */
export const RETURNED_PARAMETER = PARAMETER;

const MEDIA_FILTER = missing('filterType model name track', { Parameter: PARAMETER });
const SIPREC = missing('connectorName name statusCallback statusCallbackMethod track', {
  Parameter: PARAMETER,
});
const STREAM = missing(
  'audioFormat connectorName name sampleRate statusCallback statusCallbackMethod track url',
  { Parameter: PARAMETER },
);
const TRANSCRIPTION = missing(
  'conversationConfiguration conversationId enableAutomaticPunctuation enableProviderData hints inboundTrackLabel intelligenceService languageCode name outboundTrackLabel partialResults profanityFilter speechModel statusCallbackMethod statusCallbackUrl track transcriptionEngine',
  { Config: CONFIG, Parameter: PARAMETER },
);
const LANGUAGE = missing(
  'asrSmartFormat code hints speechModel transcriptionProvider ttsLanguageTextNormalization ttsProvider ttsTextNormalization voice',
);
/** Four names are written in two ways: in camel case by the documentation, in lower case by the SDK. */
const CONVERSATION_RELAY_ATTRIBUTES =
  'applicationReconnect asrSmartFormat backgroundNoiseReduction backgroundnoisereduction conversationConfiguration conversationId customerName debug deepgramSmartFormat deepgramsmartformat dtmfDetection eagerEotThreshold echoPromptFiltering elevenlabsLanguageTextNormalization elevenlabsTextNormalization eotThreshold events hints ignoreBackchannel ignorebackchannel includeInPrompt intelligenceService interruptSensitivity interruptible language partialPromptOnHangup partialPrompts preemptible profanityFilter reportInputDuringAgentSpeech speechModel speechTimeout speechtimeout transcriptionLanguage transcriptionProvider ttsLanguage ttsLanguageTextNormalization ttsProvider ttsTextNormalization turnDetection url voice welcomeGreeting welcomeGreetingInterruptible';
const ASSISTANT_ATTRIBUTES =
  'dtmfDetection id interruptible language profanityFilter transcriptionLanguage transcriptionProvider ttsLanguage ttsProvider voice welcomeGreeting welcomeGreetingInterruptible';
const CONVERSATION_ATTRIBUTES = `${CALL_STATUS_ATTRIBUTES} ${RECORDING_ATTRIBUTES} inboundAutocreation inboundTimeout record routingAssignmentTimeout serviceInstanceSid`;

/** `<Prompt>`, alone or in `<Pay>`. See https://www.twilio.com/docs/voice/twiml/pay/prompt. */
const PROMPT = missing('attempt cardType errorType for requireMatchingInputs', PROMPT_SCHEMAS);

/** The verbs. See https://www.twilio.com/docs/voice/twiml#twiml-verbs. `<Echo>` and `<Queue>` are only in the SDKs. */
export const MISSING_VERBS = {
  Connect: missing('action method', {
    AiSession: missing('aiConnector aiSessionConfiguration'),
    Assistant: missing(ASSISTANT_ATTRIBUTES, { Language: LANGUAGE, Parameter: PARAMETER }),
    Autopilot: missing(),
    Conversation: missing(CONVERSATION_ATTRIBUTES),
    ConversationRelay: missing(CONVERSATION_RELAY_ATTRIBUTES, { Language: LANGUAGE, Parameter: PARAMETER }),
    ConversationRelaySession: missing('connector sessionConfiguration'),
    Room: missing('participantIdentity'),
    Stream: STREAM,
    VirtualAgent: missing('connectorName language sentimentAnalysis statusCallback statusCallbackMethod', {
      Config: CONFIG,
      Parameter: PARAMETER,
    }),
  }),
  Echo: missing(),
  Pay: missing(
    'action bankAccountType chargeAmount currency description input language maxAttempts minPostalCodeLength paymentConnector paymentMethod postalCode securityCode statusCallback statusCallbackMethod timeout tokenType validCardTypes',
    { Parameter: PARAMETER, Prompt: PROMPT },
  ),
  Prompt: PROMPT,
  Queue: missing('method postWorkActivitySid reservationSid url'),
  Refer: missing('action method', { Sip: missing() }),
  Start: missing('action method', {
    MediaFilter: MEDIA_FILTER,
    Recording: missing(`channels name recordingConfigurationId track ${RECORDING_ATTRIBUTES}`),
    Siprec: SIPREC,
    Stream: STREAM,
    Transcription: TRANSCRIPTION,
  }),
  Stop: missing('', {
    MediaFilter: MEDIA_FILTER,
    Recording: missing('name'),
    Siprec: SIPREC,
    Stream: STREAM,
    Transcription: TRANSCRIPTION,
  }),
};
