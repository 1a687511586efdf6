/** Asterisk on the stage of the conformance suite: each scene in the words of the manager interface, through a real socket. */

import { ok, refuse } from '../../fakes/ami-blocks';
import { asterisk } from '../../../lib/providers/asterisk';
import type { Cast, Player, Scene, Stage } from '../../conformance/stage';
import type { Chan, Exchange } from './exchange';
import { openConnected } from './office';
import type { Office } from './office';

const cast: Cast = { customer: '+421900123456', first: '1001', second: '1002', queue: 'sales' };
const DID = '0220282028';

type Play = (office: Office) => Promise<void> | void;

function ringing({ exchange }: Office): { caller: Chan; called: Chan } {
  const caller = exchange.incoming(cast.customer, 'Jana', DID);
  const called = exchange.dial(caller, cast.first);
  exchange.rings(caller, called);
  return { caller, called };
}

function talking(office: Office): { caller: Chan; called: Chan } {
  const both = ringing(office);
  office.exchange.answers(both.caller, both.called);
  return both;
}

function queued({ exchange }: Office): { caller: Chan; agent: Chan } {
  const caller = exchange.incoming(cast.customer, 'Jana', DID);
  exchange.joins(caller, cast.queue);
  return { caller, agent: exchange.rouses(caller, cast.queue, cast.first, 'Ivan') };
}

const SCENES: Readonly<Record<Scene, Play>> = {
  'inbound-answered': (office) => office.exchange.hangs(talking(office).caller),
  'inbound-missed'(office) {
    const { caller, called } = ringing(office);
    office.exchange.fails(caller, called, 'NOANSWER', 0, 'Unknown');
    office.exchange.gone(caller, 16, 'Normal Clearing');
  },
  'inbound-busy'(office) {
    const { caller, called } = ringing(office);
    office.exchange.fails(caller, called, 'BUSY', 17, 'User busy');
    office.exchange.gone(caller, 17, 'User busy');
  },
  'inbound-rejected'(office) {
    const { caller, called } = ringing(office);
    office.exchange.fails(caller, called, 'NOANSWER', 21, 'Call Rejected');
    office.exchange.gone(caller, 21, 'Call Rejected');
  },
  'inbound-cancelled': (office) => office.exchange.hangs(ringing(office).caller, 127),
  'internal-answered'({ exchange }) {
    const caller = exchange.phone(cast.first, cast.second);
    const called = exchange.dial(caller, cast.second);
    exchange.rings(caller, called);
    exchange.answers(caller, called);
    exchange.hangs(called);
  },
  'outbound-answered'({ exchange }) {
    const caller = exchange.phone(cast.first, cast.customer);
    const called = exchange.dial(caller, cast.customer);
    exchange.rings(caller, called);
    exchange.answers(caller, called);
    exchange.hangs(caller);
  },
  'ring-group'({ exchange }) {
    const caller = exchange.incoming(cast.customer, 'Jana', DID);
    const [winner, loser] = [exchange.dial(caller, cast.first), exchange.dial(caller, cast.second)];
    exchange.rings(caller, winner);
    exchange.rings(caller, loser);
    exchange.fails(caller, loser, 'CANCEL', 26, 'Answered elsewhere');
    exchange.answers(caller, winner);
    exchange.hangs(caller);
  },
  'queue-answered'(office) {
    const { caller, agent } = queued(office);
    office.exchange.takes(caller, agent, cast.queue, 'Ivan');
    office.exchange.hangs(caller);
  },
  'queue-abandoned'(office) {
    const { caller, agent } = queued(office);
    office.exchange.abandons(caller, agent, cast.queue);
  },
  'queue-timeout'(office) {
    const { caller, agent } = queued(office);
    office.exchange.timesOut(caller, agent, cast.queue);
  },
  'blind-transfer'(office) {
    const { caller, called } = talking(office);
    const { exchange } = office;
    exchange.blindTransfer(called, caller, cast.second);
    const target = exchange.dial(caller, cast.second);
    exchange.rings(caller, target);
    exchange.answers(caller, target);
    exchange.hangs(target);
  },
  'attended-transfer'(office) {
    const { caller, called } = talking(office);
    const { exchange } = office;
    exchange.about('Hold', 'call', called);
    const second = exchange.phone(cast.first, cast.second);
    const target = exchange.dial(second, cast.second);
    exchange.rings(second, target);
    exchange.answers(second, target);
    exchange.about('Unhold', 'call', called);
    exchange.attendedTransfer(called, second, caller, target);
    exchange.hangs(caller);
  },
  'hold-resume'(office) {
    const { caller, called } = talking(office);
    office.exchange.about('Hold', 'call', called);
    office.exchange.about('Unhold', 'call', called);
    office.exchange.hangs(caller);
  },
  dtmf(office) {
    const { caller } = talking(office);
    office.exchange.about('DTMFEnd', 'dtmf', caller, { Digit: '1', DurationMs: 120, Direction: 'Received' });
    office.exchange.hangs(caller);
  },
  recording(office) {
    const { caller } = talking(office);
    office.exchange.variable(caller, 'MIXMONITOR_FILENAME', '/var/spool/asterisk/monitor/jana.wav');
    office.exchange.about('MixMonitorStart', 'call', caller);
    office.exchange.hangs(caller);
  },
  simultaneous(office) {
    const { caller, called } = ringing(office);
    const { exchange } = office;
    const inside = exchange.phone(cast.first, cast.second);
    const second = exchange.dial(inside, cast.second);
    exchange.rings(inside, second);
    exchange.answers(caller, called);
    exchange.answers(inside, second);
    exchange.hangs(caller);
    exchange.hangs(second);
  },
  'told-twice'(office) {
    const { caller, called } = talking(office);
    const { exchange } = office;
    // A queue says the end of dialling twice, an attended transfer the bridge, a phone its state.
    exchange.about('Newstate', 'call', called);
    exchange.about('Newchannel', 'call', called);
    exchange.bridge(called, caller);
    exchange.hangs(caller);
    exchange.about('Hangup', 'call', caller, { Cause: 16, 'Cause-txt': 'Normal Clearing' });
  },
  'member-pause'({ exchange }) {
    const member = { Queue: cast.queue, MemberName: 'Ivan', Interface: 'PJSIP/1001', StateInterface: 'PJSIP/1001' };
    for (const Paused of [1, 0]) exchange.emit('QueueMemberPause', 'agent', { ...member, Paused });
  },
  async reconnect(office) {
    const { caller, called } = talking(office);
    await office.until('the answer', () => office.of('call.answer').length === 1);
    office.exchange.ami.cut();
    office.exchange.vanishes(caller, called);
    await office.until('the gap', () => office.of('account.gap').length === 1);
  },
  'make-call-answered': (office) =>
    placing(office, (exchange, phone) => {
      const far = reach(exchange, phone);
      exchange.answers(phone, far);
      exchange.hangs(far);
    }),
  'make-call-busy': (office) =>
    placing(office, (exchange, phone) => {
      const far = exchange.dial(phone, cast.customer);
      exchange.fails(phone, far, 'BUSY', 17, 'User busy');
      exchange.gone(phone, 17, 'User busy');
    }),
  'make-call-unanswered': (office) => placing(office, (exchange, phone) => void reach(exchange, phone)),
  async hangup(office) {
    talking(office);
    await office.until('the answer', () => office.of('call.answer').length === 1);
  },
  async 'redirect-ringing'(office) {
    const { exchange } = office;
    const { caller, called } = ringing(office);
    exchange.ami.onAction('Redirect', (action) => {
      if (action.get('Channel') !== caller.name || action.get('Exten') !== cast.second)
        return refuse('Channel not found');
      setImmediate(() => {
        exchange.fails(caller, called, 'CANCEL', 16, 'Normal Clearing');
        const second = exchange.dial(caller, cast.second);
        exchange.rings(caller, second);
        exchange.answers(caller, second);
        exchange.hangs(caller);
      });
      return ok({ Message: 'Redirect successful' });
    });
    await office.until('the ringing', () => office.of('call.ringing').length === 1);
  },
  sms({ exchange }) {
    exchange.ami.onAction('MessageSend', (action) =>
      action.get('To') === `pjsip:${cast.customer}`
        ? ok({ Message: 'Message successfully sent' })
        : refuse('Message failed to send.'),
    );
  },
};

/** What Asterisk does when it is told to place a call: the own phone rings and is taken, then the destination is dialled. */
function placing({ exchange }: Office, then: (exchange: Exchange, phone: Chan) => void): void {
  exchange.ami.onAction('Originate', (action) => {
    const uid = action.get('ChannelId') ?? '';
    if (action.get('Channel') !== `PJSIP/${cast.first}` || action.get('Exten') !== cast.customer || uid === '')
      return refuse('Extension does not exist.');
    setImmediate(() => {
      const phone = exchange.originated(cast.first, uid);
      exchange.originatedRings(phone);
      exchange.originatedAnswers(phone, cast.customer);
      exchange.emit('OriginateResponse', 'call', {
        ActionID: action.id ?? '',
        Response: 'Success',
        Channel: phone.name,
        Reason: 4,
        Uniqueid: uid,
      });
      then(exchange, phone);
    });
    return ok({ Message: 'Originate successfully queued' });
  });
}

function reach(exchange: Exchange, phone: Chan): Chan {
  const far = exchange.dial(phone, cast.customer);
  exchange.rings(phone, far);
  return far;
}

export const asteriskPlayer: Player = {
  title: 'asterisk 22',
  module: asterisk,
  async open(): Promise<Stage> {
    const office = await openConnected();
    return {
      account: office.account,
      cast,
      events: office.events,
      play: async (scene) => {
        await SCENES[scene](office);
        // Answers and events come in one order: with this answer everything before it was heard.
        await office.account.execute({ command: 'action', request: { Action: 'Ping' } });
      },
      until: (what, condition) => office.until(what, condition),
      close: () => office.close(),
    };
  },
};
