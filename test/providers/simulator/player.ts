/** The simulator on the stage of the conformance suite: each scene played through its script door, on a virtual clock. */

import { PbxAccount, VirtualClock } from '../../../lib/index';
import { simulator } from '../../../lib/providers/simulator';
import { collect } from '../../conformance/stage';
import type { Cast, Player, Scene, Stage } from '../../conformance/stage';

const cast: Cast = { customer: '+421900123456', first: '21', second: '22', queue: '500' };

type Act = (request: Record<string, unknown>) => Promise<Record<string, unknown>>;

interface Scenery {
  act: Act;
  wait: (ms: number) => Promise<void>;
}

/** A call from outside, up to its answer by the first extension when `answered`. */
async function inbound({ act, wait }: Scenery, answered: boolean): Promise<{ call: unknown }> {
  const { call } = await act({ do: 'incoming', from: cast.customer, to: cast.first, manual: true });
  await wait(4_000);
  if (!answered) return { call };
  await act({ do: 'answer', call });
  await wait(5_000);
  return { call };
}

const SCENES: Readonly<Record<Scene, (scenery: Scenery) => Promise<void>>> = {
  async 'inbound-answered'(scenery) {
    const { call } = await inbound(scenery, true);
    await scenery.act({ do: 'hangup', call });
  },
  async 'inbound-missed'(scenery) {
    await inbound(scenery, false);
    await scenery.wait(30_000);
  },
  async 'inbound-busy'({ act, wait }) {
    await act({ do: 'behave', party: cast.first, busy: true });
    await inbound({ act, wait }, false);
  },
  async 'inbound-rejected'(scenery) {
    const { call } = await inbound(scenery, false);
    await scenery.act({ do: 'reject', call });
  },
  async 'inbound-cancelled'(scenery) {
    const { call } = await inbound(scenery, false);
    await scenery.act({ do: 'hangup', call });
  },
  async 'internal-answered'({ act, wait }) {
    const { call } = await act({ do: 'dial', from: cast.first, to: cast.second, manual: true });
    await wait(3_000);
    await act({ do: 'answer', call });
    await wait(3_000);
    await act({ do: 'hangup', call, by: 'callee' });
  },
  async 'outbound-answered'({ act, wait }) {
    const { call } = await act({ do: 'dial', from: cast.first, to: cast.customer, manual: true });
    await wait(3_000);
    await act({ do: 'answer', call });
    await wait(3_000);
    await act({ do: 'hangup', call });
  },
  async 'ring-group'({ act, wait }) {
    const to = `${cast.first},${cast.second}`;
    const { call } = await act({ do: 'incoming', from: cast.customer, to, manual: true });
    await wait(3_000);
    await act({ do: 'answer', call, extension: cast.first });
    await wait(3_000);
    await act({ do: 'hangup', call });
  },
  async 'queue-answered'(scenery) {
    const { call } = await queued(scenery);
    await scenery.act({ do: 'answer', call });
    await scenery.wait(3_000);
    await scenery.act({ do: 'hangup', call });
  },
  async 'queue-abandoned'(scenery) {
    const { call } = await queued(scenery);
    await scenery.act({ do: 'hangup', call });
  },
  async 'queue-timeout'(scenery) {
    const { call } = await queued(scenery);
    await scenery.act({ do: 'timeout', call });
  },
  async 'blind-transfer'(scenery) {
    const { call } = await inbound(scenery, true);
    await scenery.act({ do: 'transfer', call, to: cast.second, mode: 'blind', by: cast.first });
    await scenery.wait(3_000);
    await scenery.act({ do: 'answer', call });
    await scenery.wait(3_000);
    await scenery.act({ do: 'hangup', call });
  },
  async 'attended-transfer'(scenery) {
    const { call } = await inbound(scenery, true);
    const { consultation } = await scenery.act({ do: 'transfer', call, to: cast.second, mode: 'attended' });
    await scenery.wait(3_000);
    await scenery.act({ do: 'answer', call: consultation });
    await scenery.wait(5_000);
    await scenery.act({ do: 'hangup', call });
  },
  async 'hold-resume'(scenery) {
    const { call } = await inbound(scenery, true);
    for (const step of ['hold', 'resume']) {
      await scenery.act({ do: step, call });
      await scenery.wait(2_000);
    }
    await scenery.act({ do: 'hangup', call });
  },
  async dtmf(scenery) {
    const { call } = await inbound(scenery, true);
    await scenery.act({ do: 'dtmf', call, digits: '1' });
    await scenery.act({ do: 'hangup', call });
  },
  async recording(scenery) {
    const { call } = await inbound(scenery, true);
    await scenery.act({ do: 'record', call });
    await scenery.wait(3_000);
    await scenery.act({ do: 'hangup', call });
    await scenery.wait(1_000);
  },
  async simultaneous({ act, wait }) {
    const to = cast.first;
    const outside = await act({ do: 'incoming', from: cast.customer, to, manual: true });
    const inside = await act({ do: 'dial', from: cast.first, to: cast.second, manual: true });
    await wait(3_000);
    for (const { call } of [inside, outside]) await act({ do: 'answer', call });
    await wait(3_000);
    for (const { call } of [inside, outside]) await act({ do: 'hangup', call });
  },
  async 'told-twice'(scenery) {
    await scenery.act({ do: 'fault', fault: 'duplicate', count: 100 });
    const { call } = await inbound(scenery, true);
    await scenery.act({ do: 'hangup', call });
  },
  async 'member-pause'({ act }) {
    for (const step of ['pause', 'unpause']) await act({ do: step, queue: cast.queue, extension: cast.first });
  },
  async reconnect(scenery) {
    const { act, wait } = scenery;
    await act({
      do: 'incoming',
      from: cast.customer,
      to: cast.first,
      answerSeconds: 3,
      talkSeconds: 10,
    });
    await wait(5_000);
    await act({ do: 'fault', fault: 'cut', ms: 20_000 });
    await wait(90_000);
  },
  async 'make-call-answered'({ act }) {
    await act({ do: 'behave', party: cast.customer, answerSeconds: 4 });
  },
  async 'make-call-busy'({ act }) {
    await act({ do: 'behave', party: cast.customer, busy: true });
  },
  async 'make-call-unanswered'({ act }) {
    await act({ do: 'behave', party: cast.customer, answerSeconds: false });
  },
  async hangup(scenery) {
    await inbound(scenery, true);
  },
  async 'redirect-ringing'({ act, wait }) {
    await act({ do: 'behave', party: cast.first, answerSeconds: false });
    await act({ do: 'behave', party: cast.second, answerSeconds: 2 });
    await act({ do: 'incoming', from: cast.customer, to: cast.first, talkSeconds: 5 });
    await wait(2_000);
  },
  async sms() {},
};

/** A caller in the queue whose call rings at the first extension. */
async function queued({ act, wait }: Scenery): Promise<{ call: unknown }> {
  for (const extension of ['22', '23', '24', '25', '26']) await act({ do: 'remove', queue: cast.queue, extension });
  const { call } = await act({ do: 'incoming', from: cast.customer, to: cast.queue, manual: true });
  await wait(4_000);
  return { call };
}

async function open(): Promise<Stage> {
  const clock = new VirtualClock();
  const account = new PbxAccount({
    name: 'Office',
    provider: 'simulator',
    config: { callsPerMinute: 0 },
    clock,
    providers: [simulator],
  });
  const events = collect(account);
  account.open();
  await clock.run(0);
  const stop = new AbortController();
  const act: Act = async (request) => {
    const { payload } = await account.execute({ command: 'action', request });
    await clock.run(0);
    return payload.result as Record<string, unknown>;
  };
  /** From here on the time goes by itself, however the test waits. */
  const letTimePass = async () => {
    while (!stop.signal.aborted) await clock.run(50);
  };
  return {
    account,
    cast,
    events,
    async play(scene) {
      await SCENES[scene]({ act, wait: (ms) => clock.run(ms) });
      // Settings of the stage are no part of the scene.
      events.splice(0, events.length, ...events.filter(({ type }) => type !== 'queue.member.remove'));
      void letTimePass();
    },
    async until(what, condition) {
      const giveUpAt = clock.now() + 600_000;
      while (!condition()) {
        if (clock.now() > giveUpAt) throw new Error(`never happened: ${what}`);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    },
    async close() {
      stop.abort();
      await account.close();
    },
  };
}

export const simulatorPlayer: Player = { title: 'simulator', module: simulator, open };
