/**
 * The script door: what `pbx action` can have the simulated PBX do, so that a flow or a test plays exactly the calls it wants.
 *
 * | `do` | fields | what happens; the reply |
 * | --- | --- | --- |
 * | `incoming` | `from`, `to` (extension, `21,22`, queue), `name`, `dialed`, behaviour | a call from outside; `{call}` |
 * | `dial` | `from` (extension), `to`, behaviour | a phone is picked up and dials; `{call}` |
 * | `answer` | `call`, `extension` | a ringing phone (the only one, or this one) is answered |
 * | `reject` | `call`, `extension`, `cause` (Q.850, default 21) | a ringing phone refuses |
 * | `hangup` | `call`, `by` (`caller`, `callee`, default `caller`) | that side hangs up |
 * | `hold`, `resume` | `call`, `by` (extension) | |
 * | `dtmf` | `call`, `digits` | the caller presses digits |
 * | `redirect` | `call`, `to` | a ringing or waiting call goes elsewhere |
 * | `transfer` | `call`, `to`, `mode` (`blind`, `attended`), `by` (extension) | `{call, consultation}` |
 * | `join` | `call`, `queue` | a call goes into a queue |
 * | `timeout` | `call` | the queue gives up on a waiting caller |
 * | `add`, `remove`, `pause`, `unpause` | `queue` (default: all), `extension` | membership of an agent |
 * | `record` | `call` | recording starts; `{call, recording}` |
 * | `stop-record` | `call`, `failure` (text: nothing came of it) | recording ends; `{call, recording}` |
 * | `sms` | `from`, `text`, `to` | a text comes in; `{text}` |
 * | `behave` | `party` (extension or number), behaviour | what one person does in every call from now on; no behaviour: as he likes |
 * | `traffic` | `callsPerMinute` | 0 stops the traffic |
 * | `fault` | `fault`, and by kind: `cut` `ms` (5000); `silence`; `duplicate` and `reorder` `count` (1); `late-end` `ms` (5000), `count` (1) | the line to the PBX |
 *
 * Behaviour: `manual` (nobody acts by himself), `answerSeconds` (or `false`), `rejectSeconds`, `busy`, `unreachable`, `invalid`,
 * `giveUpSeconds` (the caller), `talkSeconds`, `hangupBy` (`caller`, `callee`), `record`, `lively` (may also hold, transfer, press digits).
 * Without them people do as in the traffic. Numbers outside that end with `0000` and a Q.850 cause always do the same:
 * `...000001` does not exist, `16` answers, `17` is busy, `19` does not answer, `20` cannot be reached, `21` rejects.
 */

import { PbxError } from '../../model';
import { liveCall, possible, redirect, transfer } from './commands';
import { countOf, numberOf, optional, scriptOf, textOf } from './fields';
import type { Leg, SimulatedCall } from './pbx/call';
import { isCause } from './pbx/causes';
import type { Pbx } from './pbx/pbx';
import type { Queue } from './pbx/queue';
import type { Wire } from './wire';

type Request = Readonly<Record<string, unknown>>;
type Reply = Readonly<Record<string, unknown>>;

interface Scene {
  pbx: Pbx;
  wire: Wire;
}

const LONGEST_FAULT_MS = 3_600_000;

const ACTIONS: Readonly<Record<string, (scene: Scene, request: Request) => Reply | void>> = {
  incoming({ pbx }, request) {
    const name = optional(request, 'name');
    const dialed = optional(request, 'dialed');
    const call = pbx.incoming({
      from: textOf(request, 'from'),
      to: destination(pbx, request),
      ...(name && { name }),
      ...(dialed && { dialed }),
      script: scriptOf(request),
    });
    return { call: call.id };
  },
  dial({ pbx }, request) {
    const from = extension(pbx, request, 'from');
    return { call: pbx.dial({ from, to: textOf(request, 'to'), script: scriptOf(request) }).id };
  },
  answer({ pbx }, request) {
    const call = callIn(pbx, request);
    pbx.exchange.answer(call, ringing(call, request));
  },
  reject({ pbx }, request) {
    const call = callIn(pbx, request);
    const code = request['cause'] === undefined ? 21 : numberOf(request, 'cause', 1, 127);
    if (!isCause(code)) throw new PbxError('invalid-argument', '"cause" must be one of 1, 16, 17, 19, 20, 21, 26');
    pbx.exchange.leave(call, ringing(call, request), code);
  },
  hangup({ pbx }, request) {
    const call = callIn(pbx, request);
    const side = request['by'] === 'callee' ? 'callee' : 'caller';
    const leg = call.legs.find((one) => one.side === side && one.state === 'up') ?? call.legs[0];
    if (leg) pbx.exchange.hangup(call, leg);
  },
  hold: ({ pbx }, request) => holdOrResume(pbx, request, true),
  resume: ({ pbx }, request) => holdOrResume(pbx, request, false),
  dtmf({ pbx }, request) {
    const digits = textOf(request, 'digits');
    if (!/^[0-9*#A-D]{1,32}$/.test(digits))
      throw new PbxError('invalid-argument', '"digits" may hold 0-9, *, # and A-D');
    pbx.press(callIn(pbx, request), digits);
  },
  redirect: ({ pbx }, request) => {
    redirect(pbx, { command: 'redirect', call: textOf(request, 'call'), to: textOf(request, 'to') }, []);
  },
  transfer({ pbx }, request) {
    const by = optional(request, 'by');
    const mode = request['mode'] === 'attended' ? 'attended' : 'blind';
    const call = textOf(request, 'call');
    const { raw } = transfer(
      pbx,
      { command: 'transfer', call, to: textOf(request, 'to'), mode, ...(by && { by }) },
      [],
    );
    return { call, ...(raw as Reply) };
  },
  join({ pbx }, request) {
    const [queue] = queuesIn(pbx, request, true);
    const call = callIn(pbx, request);
    if (queue) possible(() => pbx.moves.redirect(call, queue.id));
  },
  timeout({ pbx }, request) {
    const call = callIn(pbx, request);
    const queue = pbx.queues.get(call.waitsIn ?? '');
    if (!queue) throw new PbxError('rejected', 'the call does not wait in a queue');
    queue.timeOut(call);
  },
  add: ({ pbx }, request) => membership(pbx, request, (queue, agent) => queue.add(agent)),
  remove: ({ pbx }, request) => membership(pbx, request, (queue, agent) => queue.remove(agent)),
  pause: ({ pbx }, request) => membership(pbx, request, (queue, agent) => queue.pause(agent, true)),
  unpause: ({ pbx }, request) => membership(pbx, request, (queue, agent) => queue.pause(agent, false)),
  record({ pbx }, request) {
    const call = callIn(pbx, request);
    if (!call.talking || pbx.recorder.isRecording(call))
      throw new PbxError('rejected', 'the call is not answered or is being recorded already');
    return { call: call.id, recording: pbx.recorder.start(call).id };
  },
  'stop-record'({ pbx }, request) {
    const call = callIn(pbx, request);
    const stopped = pbx.recorder.stop(call, optional(request, 'failure'));
    if (!stopped) throw new PbxError('not-found', 'the call is not being recorded');
    return { call: call.id, recording: stopped.id };
  },
  sms({ pbx }, request) {
    const to = optional(request, 'to') ?? null;
    return { text: pbx.texts.receive(textOf(request, 'from'), to, textOf(request, 'text')).id };
  },
  behave({ pbx }, request) {
    pbx.people.behave(textOf(request, 'party'), scriptOf(request));
  },
  traffic({ pbx }, request) {
    pbx.traffic.callsPerMinute = numberOf(request, 'callsPerMinute', 0, 600);
  },
  fault({ wire }, request) {
    const ms = request['ms'] === undefined ? 5_000 : numberOf(request, 'ms', 1, LONGEST_FAULT_MS);
    const fault = FAULTS[textOf(request, 'fault')];
    if (!fault) throw new PbxError('invalid-argument', `"fault" must be one of ${Object.keys(FAULTS).join(', ')}`);
    fault(wire, ms, countOf(request));
  },
};

const FAULTS: Readonly<Record<string, (wire: Wire, ms: number, count: number) => void>> = {
  cut: (wire, ms) => wire.cut(ms),
  silence: (wire) => wire.silence(),
  duplicate: (wire, _ms, count) => wire.duplicate(count),
  reorder: (wire, _ms, count) => wire.reorder(count),
  'late-end': (wire, ms, count) => wire.lateEnd(ms, count),
};

/** Carries one request of a script out. */
export function act(scene: Scene, request: Request): Reply {
  const name = request['do'];
  const action = typeof name === 'string' && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!action) throw new PbxError('invalid-argument', `"do" must be one of ${Object.keys(ACTIONS).join(', ')}`);
  return { done: name, ...action(scene, request) };
}

function callIn(pbx: Pbx, request: Request): SimulatedCall {
  return liveCall(pbx, textOf(request, 'call'));
}

/** The phone that rings: the one named, or the only one. */
function ringing(call: SimulatedCall, request: Request): Leg {
  const wanted = optional(request, 'extension');
  const legs = call.legs.filter((leg) => leg.state === 'ringing');
  const leg = wanted === undefined ? legs[0] : legs.find(({ party }) => party.extension === wanted);
  if (leg) return leg;
  throw new PbxError('rejected', wanted === undefined ? 'no phone rings for this call' : `${wanted} does not ring`);
}

function holdOrResume(pbx: Pbx, request: Request, held: boolean): void {
  const call = callIn(pbx, request);
  const by = optional(request, 'by');
  const leg = by === undefined ? call.legs.find(({ party }) => party.extension !== null) : call.legOf(by);
  if (!leg || !call.talking) throw new PbxError('rejected', 'nobody who could do that is talking in this call');
  pbx.exchange.setHeld(call, held, leg.party);
}

function destination(pbx: Pbx, request: Request): string {
  const to = textOf(request, 'to');
  const { kind } = pbx.directory.resolve(to);
  if (kind === 'phones' || kind === 'queue') return to;
  throw new PbxError('invalid-argument', `"to": ${to} is neither an extension nor a queue of the simulated PBX`);
}

function extension(pbx: Pbx, request: Request, field: string): string {
  const wanted = textOf(request, field);
  if (pbx.directory.extensions.has(wanted)) return wanted;
  throw new PbxError('not-found', `${wanted} is no extension of the simulated PBX`);
}

function queuesIn(pbx: Pbx, request: Request, one = false): Queue[] {
  const wanted = optional(request, 'queue');
  if (wanted === undefined) return [...pbx.queues.values()].slice(0, one ? 1 : Infinity);
  const queue = pbx.queues.get(wanted);
  if (queue) return [queue];
  throw new PbxError('not-found', `${wanted} is no queue of the simulated PBX`);
}

function membership(pbx: Pbx, request: Request, change: (queue: Queue, agent: string) => boolean): Reply {
  const agent = extension(pbx, request, 'extension');
  return {
    queues: queuesIn(pbx, request)
      .filter((queue) => change(queue, agent))
      .map(({ id }) => id),
  };
}
