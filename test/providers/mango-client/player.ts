/** The server-client service on the stage of the conformance suite, in both spellings of its fake. */

import { mangoClient } from '../../../lib/providers/mango-client';
import type { Cast, Player, Scene, Stage } from '../../conformance/stage';
import type { FakeCallNews } from '../../fakes/mango-client-dialect';
import { Bench, SPELLINGS } from './bench';
import type { Spelling } from './bench';

const cast: Cast = { customer: '79001112233', first: '101', second: '102', queue: '22' };
const CUSTOMER = { number: cast.customer };

type State = FakeCallNews['state'];

class Scenery {
  constructor(readonly bench: Bench) {}

  /** Tells an employee, a second after the time before; the other lines have heard everything by then. */
  async say(user: string, news: Omit<FakeCallNews, 'at'>): Promise<void> {
    this.bench.clock.advance(1_000);
    this.bench.service.call(user, { ...news, at: this.bench.clock.now() });
    await this.bench.heard(user);
  }

  async leg(user: string, about: Omit<FakeCallNews, 'at' | 'state'>, ...states: State[]): Promise<void> {
    for (const state of states) await this.say(user, { ...about, state });
  }
}

const inbound = (user: string, id = 'E1') => ({ id, leg: `${id}-${user}`, from: CUSTOMER, to: { extension: user } });
const toFirst = inbound(cast.first);
const toSecond = inbound(cast.second);
const internal = { id: 'E2', from: { extension: cast.first }, to: { extension: cast.second } };
const outbound = { id: 'E1', leg: 'far', from: { extension: cast.first }, to: CUSTOMER };

/** Ends without an answer, for a reason. */
const unanswered = (reason: string) => async (scenery: Scenery) => {
  await scenery.leg(cast.first, toFirst, 'appeared');
  await scenery.say(cast.first, { ...toFirst, state: 'disconnected', reason });
};

/** What follows the request: the own telephone rings as if the customer called, and then the far one. */
function placed({ bench }: Scenery, then: (scenery: Scenery) => Promise<void>): void {
  bench.service.on('callback', () => {
    const own = { ...inbound(cast.first), leg: 'own' };
    const scenery = new Scenery(bench);
    const play = async () => {
      await scenery.leg(cast.first, own, 'appeared', 'connected');
      await scenery.leg(cast.first, outbound, 'appeared');
      await then(scenery);
      await scenery.leg(cast.first, own, 'disconnected');
      // The command waits for the end, and nobody else moves the time meanwhile.
      bench.clock.advance(3_000);
    };
    play().catch((error: unknown) => void bench.log.push(String(error)));
  });
}

const SCENES: Partial<Record<Scene, (scenery: Scenery) => Promise<void>>> = {
  'inbound-answered': (scenery) => scenery.leg(cast.first, toFirst, 'appeared', 'connected', 'disconnected'),
  'inbound-missed': unanswered('1111'),
  'inbound-busy': unanswered('1121'),
  'inbound-rejected': unanswered('1122'),
  'inbound-cancelled': unanswered('1110'),
  async 'internal-answered'(scenery) {
    for (const state of ['appeared', 'connected', 'disconnected'] as const) {
      await scenery.say(cast.first, { ...internal, state });
      await scenery.say(cast.second, { ...internal, state });
    }
  },
  'outbound-answered': (scenery) => scenery.leg(cast.first, outbound, 'appeared', 'connected', 'disconnected'),
  async 'ring-group'(scenery) {
    await scenery.leg(cast.first, toFirst, 'appeared');
    await scenery.leg(cast.second, toSecond, 'appeared');
    await scenery.say(cast.second, { ...toSecond, state: 'disconnected', group: true });
    await scenery.leg(cast.first, toFirst, 'connected', 'disconnected');
  },
  'hold-resume': (scenery) =>
    scenery.leg(cast.first, toFirst, 'appeared', 'connected', 'held', 'connected', 'disconnected'),
  async recording(scenery) {
    await scenery.leg(cast.first, toFirst, 'appeared', 'connected', 'disconnected');
    const { service } = scenery.bench;
    service.emit(
      cast.first,
      '/record',
      service.dialect.record({ id: 'R1', call: 'E1', url: 'https://records.example/R1' }),
    );
  },
  async simultaneous(scenery) {
    await scenery.leg(cast.first, toFirst, 'appeared');
    await scenery.leg(cast.second, internal, 'appeared', 'connected');
    await scenery.leg(cast.first, toFirst, 'connected');
    await scenery.leg(cast.second, internal, 'disconnected');
    await scenery.leg(cast.first, toFirst, 'disconnected');
  },
  async 'told-twice'({ bench }) {
    for (const state of ['appeared', 'connected', 'disconnected'] as const) {
      bench.clock.advance(1_000);
      const news = { ...toFirst, state, at: bench.clock.now() };
      for (let time = 0; time < 2; time++) bench.service.call(cast.first, news);
    }
    await bench.heard();
  },
  async 'make-call-answered'(scenery) {
    placed(scenery, (far) => far.leg(cast.first, outbound, 'connected', 'disconnected'));
    return Promise.resolve();
  },
  async 'make-call-busy'(scenery) {
    placed(scenery, (far) => far.say(cast.first, { ...outbound, state: 'disconnected', reason: '1121' }));
    return Promise.resolve();
  },
  async 'redirect-ringing'(scenery) {
    const { service } = scenery.bench;
    await scenery.leg(cast.first, toFirst, 'appeared');
    service.on('route', ({ sent }) => {
      const play = async () => {
        service.emit(
          cast.first,
          '/route_result',
          service.dialect.routeResult({ call: String(sent[service.dialect.names.call]), code: 0 }),
        );
        await scenery.say(cast.first, { ...toFirst, state: 'disconnected' });
        await scenery.leg(cast.second, toSecond, 'appeared', 'connected', 'disconnected');
      };
      play().catch((error: unknown) => void scenery.bench.log.push(String(error)));
    });
  },
};

async function open(spelling: Spelling): Promise<Stage> {
  const bench = await Bench.open({ ...spelling, extensions: `${cast.first}, ${cast.second}` });
  return {
    account: bench.account,
    cast,
    events: bench.events,
    play: async (scene) => SCENES[scene]?.(new Scenery(bench)),
    until: (what, condition) => bench.untilInTime(what, condition, 100),
    close: () => bench.close(),
  };
}

export const mangoClientPlayers: readonly Player[] = SPELLINGS.map((spelling) => ({
  title: `mango-client, ${spelling.dialect.title}`,
  module: mangoClient,
  open: () => open(spelling),
  cannot: {
    reconnect: 'an end while the link was down comes out of the store with its own time: it is told, not inferred',
  },
}));
