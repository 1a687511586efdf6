/** MANGO on the stage of the conformance suite: each scene in the words of its notifications. */

import { PbxAccount, VirtualClock } from '../../../lib/index';
import { mango } from '../../../lib/providers/mango';
import { collect } from '../../conformance/stage';
import type { Cast, Player, Scene, Stage } from '../../conformance/stage';
import type { FakeMangoCall, FakeMangoLeg } from '../../fakes/mango-call';
import { MangoServer } from '../../fakes/mango-server';

const cast: Cast = { customer: '70000000001', first: '101', second: '102', queue: '22' };
const customer = { number: cast.customer };
const line = { line_number: '70000000099' };
const first = { extension: cast.first, number: 'sip:u1@example.mangosip.ru', ...line };
const second = { extension: cast.second, number: 'sip:u2@example.mangosip.ru', ...line };
const fromQueue = { ...customer, taken_from_call_id: 'queue' };
const byFirst = { extension: cast.first, taken_from_call_id: 'L1' };
const handedOver = { from: { ...customer, taken_from_call_id: 'L1' } };

interface Scenery {
  pbx: MangoServer;
  wait: (seconds: number) => void;
}

/** A call from outside that rings at the first extension. */
async function ringing({ pbx, wait }: Scenery): Promise<{ call: FakeMangoCall; leg: FakeMangoLeg }> {
  const call = pbx.call('E1');
  const leg = call.leg('L1', { from: customer, to: first });
  await leg.appeared();
  wait(3);
  return { call, leg };
}

async function answered(scenery: Scenery): Promise<{ call: FakeMangoCall; leg: FakeMangoLeg; at: number }> {
  const { call, leg } = await ringing(scenery);
  await leg.connected();
  const at = Math.floor(scenery.pbx.clock.now() / 1000);
  scenery.wait(5);
  return { call, leg, at };
}

/** Ends without an answer, for a reason. */
const unanswered = (reason: number) => async (scenery: Scenery) => {
  const { call, leg } = await ringing(scenery);
  await leg.gone(reason);
  await call.summary({ disconnect_reason: reason });
};

async function queued({ pbx, wait }: Scenery): Promise<{ call: FakeMangoCall; queue: FakeMangoLeg }> {
  const call = pbx.call('E1');
  const queue = call.leg('queue', { location: 'queue', from: customer, to: { ...line, acd_group: cast.queue } });
  await queue.appeared();
  wait(4);
  return { call, queue };
}

/** What follows the command of a placed call: the own telephone is taken, the far one rings. */
function placed({ pbx, wait }: Scenery, then: (far: FakeMangoLeg, call: FakeMangoCall) => Promise<void>): void {
  pbx.onCommand('callback', async ({ command_id }) => {
    const call = pbx.call('E1', { command_id, callback_initiator: 'API' });
    const own = call.leg('L1', { from: customer, to: first });
    await own.appeared();
    wait(2);
    await own.connected();
    const far = call.leg('L2', { from: byFirst, to: customer });
    await far.appeared();
    await own.gone(1000);
    wait(2);
    await then(far, call);
  });
}

const SCENES: Partial<Record<Scene, (scenery: Scenery) => Promise<void>>> = {
  async 'inbound-answered'(scenery) {
    const { call, leg, at } = await answered(scenery);
    await leg.gone(1110);
    await call.summary({ talk_time: at, disconnect_reason: 1110 });
  },
  'inbound-missed': unanswered(1111),
  'inbound-busy': unanswered(1121),
  'inbound-rejected': unanswered(1122),
  'inbound-cancelled': unanswered(1110),
  async 'internal-answered'({ pbx, wait }) {
    const leg = pbx.call('E1').leg('L1', { from: { extension: cast.first }, to: { extension: cast.second } });
    await leg.appeared();
    wait(2);
    await leg.connected();
    wait(5);
    await leg.gone(1120);
    await pbx.call('E1').summary({ call_direction: 0, disconnect_reason: 1120, talk_time: 0 });
  },
  async 'outbound-answered'({ pbx, wait }) {
    const leg = pbx.call('E1').leg('L1', { from: { extension: cast.first }, to: customer });
    await leg.appeared();
    wait(2);
    await leg.connected();
    wait(5);
    await leg.gone(1110);
    await pbx.call('E1').summary({ call_direction: 2, disconnect_reason: 1110 });
  },
  async 'ring-group'({ pbx, wait }) {
    const call = pbx.call('E1');
    const one = call.leg('L1', { from: customer, to: first });
    const two = call.leg('L2', { from: customer, to: second });
    await one.appeared();
    await two.appeared();
    wait(3);
    await two.gone(1183);
    await one.connected();
    wait(5);
    await one.gone(1110);
    await call.summary({ disconnect_reason: 1110 });
  },
  async 'queue-answered'(scenery) {
    const { call, queue } = await queued(scenery);
    const leg = call.leg('L1', { from: fromQueue, to: { ...first, acd_group: cast.queue } });
    await leg.appeared();
    scenery.wait(2);
    await queue.gone(1100);
    await leg.connected();
    scenery.wait(5);
    await leg.gone(1110);
    await call.summary({ disconnect_reason: 1110 });
  },
  async 'queue-abandoned'(scenery) {
    const { call, queue } = await queued(scenery);
    const leg = call.leg('L1', { from: fromQueue, to: { ...first, acd_group: cast.queue } });
    await leg.appeared();
    scenery.wait(2);
    await leg.gone(1110);
    await queue.gone(1110);
    await call.summary({ disconnect_reason: 1110 });
  },
  async 'queue-timeout'(scenery) {
    const { call, queue } = await queued(scenery);
    await queue.gone(1163);
    await call.summary({ disconnect_reason: 1163 });
  },
  async 'blind-transfer'(scenery) {
    const { call, leg } = await answered(scenery);
    const other = call.leg('L2', { from: byFirst, to: second });
    await leg.held();
    await other.appeared();
    await leg.gone(1100);
    await other.appeared(handedOver);
    scenery.wait(2);
    await other.connected(handedOver);
    await other.gone(1110);
    await call.summary({ disconnect_reason: 1110 });
  },
  async 'attended-transfer'(scenery) {
    const { call, leg } = await answered(scenery);
    const other = call.leg('L2', { from: byFirst, to: second });
    await leg.held();
    await other.appeared();
    scenery.wait(2);
    await other.connected();
    scenery.wait(5);
    await leg.gone(1120);
    await other.connected(handedOver);
    await other.gone(1110);
    await call.summary({ disconnect_reason: 1110 });
  },
  async 'hold-resume'(scenery) {
    const { call, leg } = await answered(scenery);
    await leg.held();
    scenery.wait(5);
    await leg.connected();
    await leg.gone(1110);
    await call.summary({ disconnect_reason: 1110 });
  },
  async dtmf({ pbx }) {
    const call = pbx.call('E1');
    const ivr = call.leg('L1', { location: 'ivr', from: customer, to: line });
    await ivr.appeared();
    await pbx.post('/events/dtmf', {
      seq: 1,
      dtmf: '12',
      call_id: 'L1',
      entry_id: 'E1',
      location: 'ivr',
      initiator: cast.customer,
    });
    await ivr.gone(1110);
    await call.summary({ disconnect_reason: 1110 });
  },
  async recording(scenery) {
    const { call, leg } = await answered(scenery);
    const about = { recording_id: 'R1', entry_id: 'E1', call_id: 'L1' };
    await scenery.pbx.post('/events/recording', { ...about, recording_state: 'Started', seq: 1 });
    await leg.gone(1110);
    await scenery.pbx.post('/events/recording', {
      ...about,
      recording_state: 'Completed',
      seq: 2,
      completion_code: 1000,
    });
    await call.summary({ disconnect_reason: 1110 });
    await scenery.pbx.post('/events/record/added', { ...about, user_id: -1 });
  },
  async simultaneous({ pbx, wait }) {
    const one = pbx.call('E1').leg('L1', { from: customer, to: first });
    const two = pbx.call('E2').leg('L2', { from: { extension: cast.first }, to: { extension: cast.second } });
    await one.appeared();
    await two.appeared();
    wait(2);
    await two.connected();
    await one.connected();
    await pbx.call('E2').summary({ call_direction: 0, disconnect_reason: 1110 });
    await one.gone(1110);
    await two.gone(1110);
    await pbx.call('E1').summary({ disconnect_reason: 1110 });
  },
  async 'told-twice'({ pbx }) {
    const call = pbx.call('E1');
    const leg = call.leg('L1', { from: customer, to: first });
    const notices = [
      leg.notice('Appeared'),
      leg.notice('Connected'),
      leg.notice('Disconnected', { disconnect_reason: 1110 }),
    ];
    for (const notice of notices) for (let time = 0; time < 2; time++) await pbx.post('/events/call', notice);
    for (let time = 0; time < 2; time++) await call.summary({ disconnect_reason: 1110 });
  },
  async 'make-call-answered'(scenery) {
    placed(scenery, async (far, call) => {
      await far.connected();
      scenery.wait(5);
      await far.gone(1120);
      await call.summary({ call_direction: 2, disconnect_reason: 1120 });
    });
  },
  async 'make-call-busy'(scenery) {
    placed(scenery, async (far, call) => {
      await far.gone(1121);
      await call.summary({ call_direction: 2, disconnect_reason: 1121 });
    });
  },
  async 'make-call-unanswered'(scenery) {
    placed(scenery, async (far, call) => {
      scenery.pbx.onCommand('call/hangup', async () => {
        await far.gone(1181);
        await call.summary({ call_direction: 2, disconnect_reason: 1181 });
      });
    });
  },
  async hangup(scenery) {
    const { call, leg, at } = await answered(scenery);
    scenery.pbx.onCommand('call/hangup', async () => {
      await leg.gone(1181);
      await call.summary({ talk_time: at, disconnect_reason: 1181 });
    });
  },
  async 'redirect-ringing'(scenery) {
    const { call, leg } = await ringing(scenery);
    scenery.pbx.onCommand('route', async ({ command_id }) => {
      const other = call.leg('L2', {
        from: { ...customer, taken_from_call_id: 'L1' },
        to: second,
        more: { command_id },
      });
      await leg.gone(1100);
      await other.appeared();
      scenery.wait(2);
      await other.connected();
      scenery.wait(5);
      await other.gone(1110);
      await call.summary({ disconnect_reason: 1110 });
    });
  },
  sms: () => Promise.resolve(),
};

export const mangoPlayer: Player = {
  title: 'mango',
  module: mango,
  cannot: { reconnect: 'notifications are posted: there is no connection that could be lost' },
  async open(): Promise<Stage> {
    const clock = new VirtualClock();
    const pbx = await MangoServer.listen(clock);
    const account = new PbxAccount({
      name: 'Office',
      provider: 'mango',
      config: { url: pbx.url, apiKey: pbx.apiKey, apiSalt: pbx.apiSalt, smsExtension: cast.first },
      clock,
      providers: [mango],
    });
    pbx.deliver = (request) => account.webhook(request);
    const events = collect(account);
    account.open();
    const wait = (seconds: number) => clock.advance(seconds * 1_000);
    return {
      account,
      cast,
      events,
      play: async (scene) => SCENES[scene]?.({ pbx, wait }),
      async until(what, condition) {
        const end = Date.now() + 10_000;
        while (!condition()) {
          if (Date.now() > end) throw new Error(`never happened: ${what}`);
          // What goes over a socket first, then the time.
          await new Promise((resolve) => setTimeout(resolve, 5));
          if (!condition()) clock.advance(250);
        }
      },
      async close() {
        await account.close();
        await pbx.close();
      },
    };
  },
};
