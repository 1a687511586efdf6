/** The Gravitel and MegaFon family on the stage of the conformance suite: each scene in the pushes of each of its three dialects. */

import { PbxAccount, VirtualClock } from '../../../lib/index';
import { gravitel } from '../../../lib/providers/gravitel';
import { GravitelServer } from '../../fakes/gravitel-server';
import type { FakeDialect } from '../../fakes/gravitel-server';
import { collect } from '../stage';
import type { Cast, Player, Scene, Stage } from '../stage';

const cast: Cast = { customer: '74950001122', first: '712', second: '713', queue: 'sales' };
const [first, second] = ['ivanova', 'petrov'];
const talk = { login: first, talk: 64 };

interface Scenery {
  pbx: GravitelServer;
  wait: (ms: number) => Promise<void>;
}

type Play = (scenery: Scenery) => Promise<void>;

async function answered({ pbx, wait }: Scenery, id = 'C1') {
  const call = pbx.call(id, { client: cast.customer });
  await call.contact();
  await call.incoming(first);
  await wait(7_000);
  await call.accepted(first);
  await wait(64_000);
  return call;
}

async function placed({ pbx, wait }: Scenery, id: string, end: 'answered' | 'busy'): Promise<void> {
  const call = pbx.call(id, { client: cast.customer, direction: 'out' });
  await wait(3_000);
  await call.outgoing(first);
  await wait(5_000);
  if (end === 'answered') {
    await call.accepted(first);
    await wait(30_000);
    await call.completed(first);
    await call.history('Success', { login: first, talk: 30 });
  } else {
    await call.cancelled(first);
    await call.history('Busy', { login: first });
  }
}

const PLAYS: Partial<Record<Scene, Play>> = {
  async 'inbound-answered'(scenery) {
    const call = await answered(scenery);
    await call.completed(first);
    await call.history('Success', talk);
  },
  async 'inbound-missed'({ pbx, wait }) {
    const call = pbx.call('C1', { client: cast.customer });
    await call.incoming(first);
    await wait(30_000);
    await call.cancelled(first);
    await call.history('Missed', { login: first, wait: 30 });
  },
  async 'inbound-cancelled'({ pbx, wait }) {
    const call = pbx.call('C1', { client: cast.customer });
    await call.incoming(first);
    await wait(5_000);
    await call.cancelled(first);
    await call.history('Cancel', { login: first, wait: 5 });
  },
  async 'internal-answered'(scenery) {
    await internal(scenery);
  },
  async 'outbound-answered'(scenery) {
    await placed(scenery, 'C1', 'answered');
  },
  async 'ring-group'({ pbx, wait }) {
    const call = pbx.call('C1', { client: cast.customer });
    await call.incoming(first);
    await call.incoming(second);
    await wait(4_000);
    await call.accepted(first);
    await call.cancelled(second);
    await wait(20_000);
    await call.completed(first);
    await call.history('Success', talk);
  },
  async 'queue-answered'({ pbx, wait }) {
    const call = pbx.call('C1', { client: cast.customer, group: true });
    await call.incoming(first);
    await wait(4_000);
    await call.accepted(first);
    await wait(20_000);
    await call.completed(first);
    await call.history('Success', talk);
  },
  async 'queue-abandoned'({ pbx, wait }) {
    const call = pbx.call('C1', { client: cast.customer, group: true });
    await call.incoming(first);
    await wait(9_000);
    await call.cancelled(first);
    await call.history('Cancel', { wait: 9 });
  },
  async 'queue-timeout'({ pbx, wait }) {
    const call = pbx.call('C1', { client: cast.customer, group: true });
    await call.incoming(first);
    await wait(30_000);
    await call.cancelled(first);
    await call.history('Missed', { wait: 30 });
  },
  async 'blind-transfer'(scenery) {
    const call = await answered(scenery);
    await call.transferred(first);
    await call.incoming(second);
    await scenery.wait(5_000);
    await call.accepted(second);
    await scenery.wait(20_000);
    await call.completed(second);
    await call.history('Success', { login: second, talk: 90 });
  },
  async 'attended-transfer'(scenery) {
    const call = await answered(scenery);
    const consultation = scenery.pbx.call('C2', { client: cast.first, direction: 'internal' });
    await consultation.incoming(second);
    await scenery.wait(3_000);
    await consultation.accepted(second);
    await scenery.wait(9_000);
    await call.transferred(first, 'C2');
    await call.history('Success', talk);
    await scenery.wait(20_000);
    await consultation.completed(second);
    await consultation.history('Success', { login: second, talk: 30 });
  },
  async recording(scenery) {
    const call = await answered(scenery);
    await call.completed(first);
    scenery.pbx.files.set('/rec/C1.mp3', Buffer.from('ID3 not really music'));
    await call.history('Success', { ...talk, link: `${scenery.pbx.origin}/rec/C1.mp3` });
  },
  async simultaneous(scenery) {
    const call = await answered(scenery);
    await internal(scenery);
    await call.completed(first);
    await call.history('Success', talk);
  },
  async 'told-twice'({ pbx, wait }) {
    const { deliver } = pbx;
    pbx.deliver = async (request) => {
      const once = await deliver?.(request);
      once?.after?.();
      return (await deliver?.(request)) ?? { status: 599 };
    };
    const call = await answered({ pbx, wait });
    await call.completed(first);
    await call.history('Success', talk);
  },
  async reconnect(scenery) {
    const call = await answered(scenery);
    scenery.pbx.deliver = null;
    call.listed('Success', talk);
    await scenery.wait(600_000);
  },
  async 'make-call-answered'(scenery) {
    scenery.pbx.onCall = (_wanted, id) => void placed(scenery, id, 'answered');
  },
  async 'make-call-busy'(scenery) {
    scenery.pbx.onCall = (_wanted, id) => void placed(scenery, id, 'busy');
  },
};

async function internal({ pbx, wait }: Scenery): Promise<void> {
  const call = pbx.call('I1', { client: cast.first, direction: 'internal' });
  await call.incoming(second);
  await wait(3_000);
  await call.accepted(second);
  await wait(9_000);
  await call.completed(second);
  await call.history('Success', { login: second, talk: 9 });
}

const NEVER =
  'no status of the family says it: inbound calls end as Success, Missed or Cancel (specification of the pushes, status)';
const CANNOT: Partial<Record<Scene, string>> = { 'inbound-busy': NEVER, 'inbound-rejected': NEVER };
const NO_GROUP = 'the events of this dialect name no group';
const NO_INTERNAL = 'the events of this dialect are in or out';
const NO_TRANSFER = 'this dialect has no event for a transfer';
const NO_CALL = 'the request that places a call is not published';
const G1_CANNOT: Partial<Record<Scene, string>> = {
  ...CANNOT,
  'inbound-cancelled': 'its results do not tell a caller who gave up from one nobody took',
  'internal-answered': NO_INTERNAL,
  simultaneous: NO_INTERNAL,
  'queue-answered': NO_GROUP,
  'queue-abandoned': NO_GROUP,
  'queue-timeout': NO_GROUP,
  'blind-transfer': NO_TRANSFER,
  'attended-transfer': NO_TRANSFER,
  'make-call-answered': NO_CALL,
  'make-call-busy': NO_CALL,
};

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

async function open(dialect: FakeDialect): Promise<Stage> {
  const clock = new VirtualClock();
  const pbx = await GravitelServer.listen(dialect, clock);
  const account = new PbxAccount({
    name: 'Conformance',
    provider: 'gravitel',
    config: { url: pbx.url, apiKey: pbx.key, crmToken: pbx.crmToken, dialect },
    clock,
    providers: [gravitel],
  });
  pbx.deliver = (request) => account.webhook(request);
  const events = collect(account);
  account.open();
  // One at a time: a scene that answers a command runs beside the test that waits for it.
  let passing = Promise.resolve();
  const wait = (ms: number): Promise<void> => {
    passing = passing.then(async () => {
      for (let left = ms; left > 0; left -= 15_000) {
        clock.advance(Math.min(15_000, left));
        for (let turns = 0; turns < 4; turns++) await turn();
      }
    });
    return passing;
  };
  const until = async (what: string, condition: () => boolean): Promise<void> => {
    for (let step = 0; step < 400; step++) {
      if (condition()) return;
      await wait(500);
    }
    throw new Error(`never happened: ${what}`);
  };
  await until('connected', () => account.status.state === 'connected');
  return {
    account,
    cast,
    events,
    play: async (scene) => PLAYS[scene]?.({ pbx, wait }),
    until,
    async close() {
      await account.close();
      await pbx.close();
    },
  };
}

export const gravitelPlayers: readonly Player[] = (['L', 'V1', 'G1'] as const).map((dialect) => ({
  title: `gravitel ${dialect}`,
  module: gravitel,
  open: () => open(dialect),
  cannot: dialect === 'G1' ? G1_CANNOT : CANNOT,
}));
