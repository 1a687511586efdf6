/** What a recorded scene has at hand: the PBX, its phones, and the AMI connection whose bytes become the transcript. */
import type { AmiMessage, AmiTap } from '../ami-tap';
import type { Pbx } from '../pbx';
import type { SipCall } from '../sip-call';
import type { SipPhone } from '../sip-phone';

export interface Scene {
  readonly pbx: Pbx;
  /** Logged in as user `flow`; what it receives is recorded. */
  readonly recorded: AmiTap;
  /** Another such connection. */
  readonly openRecorder: () => Promise<AmiTap>;
  /** 1001 */
  readonly alice: SipPhone;
  /** 1002 */
  readonly bob: SipPhone;
  /** 1003 */
  readonly carol: SipPhone;
  /** 1004 */
  readonly dan: SipPhone;
  /** Somebody out there, +421900123456, who calls in through the trunk and takes what the PBX sends out. */
  readonly jana: SipPhone;
}

export type Scenes = Readonly<Record<string, (scene: Scene) => Promise<void>>>;

/** People talk, listen and hesitate; a recording without that has zero in every field that counts seconds. */
export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** The first event of the scene with that name and those values, waited for if it has not come yet. */
export async function seen(
  scene: Scene,
  name: string,
  wanted: Readonly<Record<string, string | RegExp>> = {},
): Promise<AmiMessage> {
  return await scene.recorded.event(name, wanted, { from: 0 });
}

export function channelOf(message: AmiMessage): string {
  return message.fields['Channel'] ?? '';
}

/** A call that is taken after it rang a little. */
export async function takes(phone: SipPhone, ringMs = 600): Promise<SipCall> {
  const call = await phone.incoming.take();
  call.ring();
  await pause(ringMs);
  return call.answer();
}

/** A call between two phones, answered. */
export async function talk(
  from: SipPhone,
  number: string,
  to: SipPhone,
): Promise<{ caller: SipCall; callee: SipCall }> {
  const caller = from.call(number);
  const callee = await takes(to);
  await caller.until('answered');
  await pause(800);
  return { caller, callee };
}

/** Originate by the recorded connection; `Async` always, a synchronous one would freeze the session. */
export async function originate(
  scene: Scene,
  fields: Readonly<Record<string, string | readonly string[]>>,
): Promise<void> {
  await scene.recorded.action({ Action: 'Originate', Priority: '1', Timeout: '15000', Async: 'true', ...fields });
}

/** A caller that needs no phone: stays a minute, comes into `exten` of [test]. */
export async function phonelessCaller(scene: Scene, exten: string, callerId = '"Ann Caller" <555>'): Promise<void> {
  await originate(scene, {
    Channel: 'Local/60@callers/n',
    Context: 'test',
    Exten: exten,
    CallerID: callerId,
    Timeout: '20000',
  });
}
