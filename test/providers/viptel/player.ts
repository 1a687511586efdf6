/** VIPTel on the stage of the conformance suite: each scene in the events of its WebSocket API, lists and recordings over REST. */

import { VirtualClock } from '../../../lib';
import { viptel } from '../../../lib/providers/viptel';
import { collect } from '../../conformance/stage';
import type { Cast, Player, Scene } from '../../conformance/stage';
import type { Message } from '../../fakes/viptel-server';
import { closeServers } from '../../transport/http/servers';
import { Bench } from './bench';
import { FakeWeb } from './fake-web';

const cast: Cast = { customer: '0900000001', first: '21', second: '22', queue: '500' };
const OWN_NUMBER = '0220282028';
const ID = '1700000000.12';

interface Scenery {
  bench: Bench;
  web: FakeWeb;
}

const from = (caller: string, callee: string, unique_id = ID): Message => ({
  event: 'call.begin',
  caller,
  caller_name: caller,
  callee,
  callee_name: '',
  called_number: caller === cast.customer ? OWN_NUMBER : callee,
  unique_id,
});
const pickup = (unique_id = ID): Message => ({ event: 'call.pickup', unique_id });
const end = (status: string, unique_id = ID): Message => ({ event: 'call.end', unique_id, status });
const join: Message = {
  event: 'queue.join',
  queue: 500,
  caller: cast.customer,
  caller_name: cast.customer,
  unique_id: ID,
  position: 1,
};
const left: Message = { event: 'queue.left', queue: 500, unique_id: ID, holdtime: 30 };
/** A queue calls an agent. */
const offer = (agent: string, unique_id: string): Message => ({
  ...from(cast.customer, agent, unique_id),
  from_queue_unique_id: ID,
});
/** A caller comes into the queue; the PBX itself picks up. */
const waiting = [from(cast.customer, cast.queue), pickup(), join];

const inbound = (...rest: Message[]): ((scenery: Scenery) => Promise<void>) => {
  return async ({ bench }) => {
    for (const event of [from(cast.customer, cast.first), ...rest]) {
      await bench.play(event);
      await bench.pass(1_000);
    }
  };
};

const script = (...events: Message[]): ((scenery: Scenery) => Promise<void>) => {
  return async ({ bench }) => {
    await bench.play(...events);
  };
};

/** What becomes of a call that was asked for. */
const placed = (...rest: ((id: string) => Message)[]): ((scenery: Scenery) => Promise<void>) => {
  return async ({ bench: { pbx } }) =>
    pbx.onAction('call.create', (request) => {
      const id = pbx.create(request, { ids: 2 });
      pbx.emit(...rest.map((event) => event(id)));
    });
};

const SCENES: Partial<Record<Scene, (scenery: Scenery) => Promise<void>>> = {
  'inbound-answered': inbound(pickup(), end('answer')),
  'inbound-missed': inbound(end('noanswer')),
  'inbound-busy': inbound(end('busy')),
  'inbound-rejected': inbound(end('dontcall')),
  'inbound-cancelled': inbound(end('cancel')),
  'internal-answered': script(from(cast.first, cast.second), pickup(), end('answer')),
  'outbound-answered': script(from(cast.first, cast.customer), pickup(), end('answer')),
  // The phones of a group ring as the agents of a queue do.
  'ring-group': script(
    ...waiting,
    offer(cast.first, '1.1'),
    offer(cast.second, '1.2'),
    pickup('1.1'),
    end('cancel', '1.2'),
    end('answer', '1.1'),
    end('answer'),
  ),
  'queue-answered': script(...waiting, offer(cast.first, '1.1'), pickup('1.1'), end('answer', '1.1'), end('answer')),
  'queue-abandoned': script(...waiting, offer(cast.first, '1.1'), end('cancel', '1.1'), left, end('cancel')),
  'queue-timeout': script(...waiting, offer(cast.first, '1.1'), end('noanswer', '1.1'), left, end('noanswer')),
  'blind-transfer': inbound(pickup(), from(OWN_NUMBER, cast.second), pickup(), end('answer')),
  simultaneous: script(
    from(cast.customer, cast.first),
    from(cast.first, cast.second, '2.2'),
    pickup(),
    pickup('2.2'),
    end('answer'),
    end('answer', '2.2'),
  ),
  'told-twice': script(
    from(cast.customer, cast.first),
    from(cast.customer, cast.first),
    pickup(),
    pickup(),
    end('answer'),
    end('answer'),
    pickup(),
  ),
  'member-pause': script(
    { event: 'queue.pause', queue: 500, member: cast.first },
    { event: 'queue.unpause', queue: 500, member: cast.first },
  ),
  recording: async ({ bench, web }) => {
    web.history.push(record({ recording_file: 'q-500-1.mp3' }));
    await bench.play(from(cast.customer, cast.first), pickup(), end('answer'));
  },
  reconnect: async ({ bench, web }) => {
    await bench.play(from(cast.customer, cast.first), pickup());
    bench.pbx.cut();
    await bench.until('the cut is noticed', () => bench.account.status.state === 'reconnecting');
    web.history.push(record({}));
    bench.clock.advance(1_000);
  },
  'make-call-answered': placed(pickup, (id) => end('answer', id)),
  'make-call-busy': placed((id) => end('busy', id)),
  'make-call-unanswered': placed(),
  hangup: inbound(pickup()),
  'redirect-ringing': async ({ bench }) => {
    const { pbx } = bench;
    pbx.onAction('call.redirect', ({ unique_id, destination }) => {
      pbx.redirect(String(unique_id), String(destination));
      pbx.emit(pickup(), end('answer'));
    });
    await bench.play(from(cast.customer, cast.first));
  },
  sms: async () => undefined,
};

function record(more: Record<string, unknown>): Record<string, unknown> {
  return {
    id: '7',
    type: 'incoming',
    when: '2026-01-01 01:00:00',
    caller: '00421900000001',
    received: OWN_NUMBER,
    destination: cast.first,
    duration: '36',
    complete_duration: '41',
    status: 'answered',
    unique_id: ID,
    ...more,
  };
}

export const viptelPlayer: Player = {
  title: 'VIPTel',
  module: viptel,
  cannot: {
    'attended-transfer': 'VIPTel has call.redirect only, which is a blind transfer (API 1.0.8, "Presmerovanie hovoru")',
  },
  async open() {
    const clock = new VirtualClock();
    const web = await FakeWeb.listen(clock);
    const bench = await Bench.open({ clock, config: web.config });
    bench.idle = () => web.busy === 0;
    // The extensions are known from REST before anything happens.
    await bench.until('the present was read', () => web.count('/api/queue/status') === 1);
    await bench.play();
    const { account } = bench;
    const events = collect(account);
    return {
      account,
      cast,
      events,
      play: async (scene) => {
        const play = SCENES[scene];
        if (!play) throw new Error(`VIPTel does not play ${scene}`);
        await play({ bench, web });
      },
      until: (what, condition) => bench.untilInTime(what, condition, 50),
      close: async () => {
        await bench.close();
        await closeServers();
      },
    };
  },
};
