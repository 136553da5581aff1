// Which attributes the elements of voice TwiML have.

const words = (text: string) => text.split(' ');

const RECORDING = 'recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent trim';
const DETECTION =
  'machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout amdStatusCallback amdStatusCallbackMethod';

/** The attributes of each element, after https://www.twilio.com/docs/voice/twiml; also those that change nothing here. */
export const VOICE_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  Response: [],
  Say: words('voice language loop'),
  Play: words('loop digits'),
  Pause: ['length'],
  Gather: words(
    'action method input timeout finishOnKey numDigits actionOnEmptyResult language speechTimeout speechModel profanityFilter enhanced hints partialResultCallback partialResultCallbackMethod bargeIn debug maxSpeechTime',
  ),
  Record: words(
    `action method timeout finishOnKey maxLength playBeep transcribe transcribeCallback recordingTrack ${RECORDING}`,
  ),
  Dial: words(
    `action method timeout timeLimit callerId answerOnBridge hangupOnStar sequential record recordingTrack ringTone referUrl referMethod callReason events ${RECORDING}`,
  ),
  Number: words(
    `url method sendDigits statusCallback statusCallbackMethod statusCallbackEvent byoc ${DETECTION}`,
  ),
  Queue: words('url method reservationSid postWorkActivitySid'),
  Enqueue: words('action method waitUrl waitUrlMethod workflowSid'),
  Redirect: ['method'],
  Reject: ['reason'],
  Hangup: [],
  Leave: [],
};
