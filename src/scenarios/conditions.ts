// The steps that change how the world behaves; all of it is taken back when the story has ended.
import type { NumberCompliance, PhoneBehaviour, RequestFault } from './control.js';
import type { Scene } from './scene.js';
import type { StepContent } from './story.js';

/** As every phone is at first. */
const USUAL: PhoneBehaviour = {
  texts: 'delivered',
  callbacks: 'once',
  calls: 'answers',
  callerId: 'shown',
  slow: 0,
};

/** A phone behaves in another way from now on. */
export async function behave(
  { cast, ports, undoings }: Scene,
  { phone, 'caller id': callerId, ...behaviour }: StepContent<'phone'>,
): Promise<void> {
  const number = cast.numberOf(phone);
  undoings.push(() => ports.control.behave(number, USUAL));
  await ports.control.behave(number, { ...behaviour, ...(callerId && { callerId }) });
}

/** The networks have something against a number of the account, or nothing any more. */
export async function comply(
  { cast, ports, undoings }: Scene,
  { sender, 'toll-free': tollFree, ...compliance }: StepContent<'sender'>,
): Promise<void> {
  const number = cast.numberOf(sender);
  const usual: NumberCompliance = { a2p: 'registered', tollFree: 'verified' };
  undoings.push(() => ports.control.compliance(number, usual));
  await ports.control.compliance(number, { ...compliance, ...(tollFree && { tollFree }) });
}

/** Requests to the REST API fail. */
export async function fail(
  { ports, undoings }: Scene,
  { fail: path, with: how, code, message, ...rule }: StepContent<'fail'>,
): Promise<void> {
  const answer: RequestFault['answer'] =
    typeof how === 'string'
      ? how
      : { status: how, ...(code !== undefined && { code }), ...(message !== undefined && { message }) };
  const { id } = await ports.control.fail({ ...rule, path, answer });
  // It may have had its times, and be gone.
  undoings.push(() => ports.control.removeFault(id));
}
