/** Every scenario on every provider: the same canonical events, and what always holds. */

import assert from 'node:assert/strict';
import type { CallEvent, PbxEvent, QueueEvent, RecordingEvent } from '../../lib/index';
import { PLAYERS } from './players';
import type { Scenario } from './scenarios';
import { SCENARIOS } from './scenarios';
import type { Player, Stage } from './stage';
import { callsInWords, expected, queuesInWords } from './summary';

for (const player of PLAYERS) {
  describe(`conformance: ${player.title}`, () => {
    for (const scenario of SCENARIOS.filter((candidate) => concerns(candidate, player))) {
      const reason = player.cannot?.[scenario.scene];
      if (reason) continue;
      it(scenario.title, async () => {
        const stage = await player.open();
        try {
          await stage.play(scenario.scene);
          await ACTS[scenario.act ?? scenario.scene]?.(stage);
          await settled(stage, scenario);
          check(scenario, stage);
        } finally {
          await stage.close();
        }
      });
    }
  });
}

function concerns({ needs }: Scenario, { module }: Player): boolean {
  const { capabilities } = module.descriptor;
  const topics = (needs.topics ?? []).every((topic) => capabilities.events.includes(topic));
  const commands = (needs.commands ?? []).every((command) =>
    command === 'transfer' ? capabilities.transfer.length > 0 : capabilities[command],
  );
  return topics && commands && (needs.queries ?? []).every((query) => capabilities.queries.includes(query));
}

/** What the flow does in the scenes that are about commands. */
const ACTS: Partial<Record<Scenario['scene'] | 'make-call-accepted', (stage: Stage) => Promise<void>>> = {
  'make-call-accepted': async ({ account, cast, events, until }) => {
    const { payload } = await account.execute({
      command: 'call',
      from: cast.first,
      to: cast.customer,
      tag: 'campaign 7',
    });
    assert.equal(payload.reached, undefined, 'nothing is said of what nobody waited for');
    const begun = () => events.find((event) => event.type === 'call.begin');
    await until('the call begins', () => begun() !== undefined);
    assert.equal((begun() as CallEvent).call.tag, 'campaign 7');
  },
  'make-call-answered': async ({ account, cast }) => {
    const { payload } = await account.execute({
      command: 'call',
      from: cast.first,
      to: cast.customer,
      tag: 'campaign 7',
      replyWhen: 'ended',
      timeout: 30,
    });
    assert.equal(payload.reached, true);
    assert.equal(payload.call?.tag, 'campaign 7');
    assert.equal(payload.call?.state, 'ended');
  },
  'make-call-busy': async ({ account, cast }) => {
    const { payload } = await account.execute({
      command: 'call',
      from: cast.first,
      to: cast.customer,
      replyWhen: 'answered',
      timeout: 30,
    });
    assert.equal(payload.reached, false);
    assert.equal(payload.call?.disposition, 'busy');
  },
  'make-call-unanswered': async ({ account, cast, until }) => {
    let settledAs: unknown = null;
    account
      .execute({ command: 'call', from: cast.first, to: cast.customer, replyWhen: 'answered', timeout: 1 })
      .then((outcome) => (settledAs = outcome.payload.reached))
      .catch((error: unknown) => (settledAs = error));
    await until('the command ends', () => settledAs !== null);
    assert.equal(settledAs, false);
  },
  hangup: async ({ account, events }) => {
    const answered = events.find((event) => event.type === 'call.answer') as CallEvent;
    await account.execute({ command: 'hangup', call: answered.call.id });
  },
  'redirect-ringing': async ({ account, events, cast }) => {
    const ringing = events.find((event) => event.type === 'call.ringing') as CallEvent;
    await account.execute({ command: 'redirect', call: ringing.call.id, to: cast.second });
  },
  sms: async ({ account, cast }) => {
    await account.execute({ command: 'sms', to: cast.customer, text: 'Vrátime sa, как только сможем' });
  },
};

async function settled({ events, account, until }: Stage, scenario: Scenario): Promise<void> {
  const begun = () => events.filter((event) => event.type === 'call.begin').length;
  const noCall = scenario.scene === 'sms' || scenario.scene === 'member-pause';
  const wanted = scenario.calls?.length ?? (noCall ? 0 : 1);
  await until('every call has ended', () => begun() >= wanted && account.calls().length === 0);
  const last: Partial<Record<Scenario['scene'], string>> = {
    sms: 'sms.sent',
    recording: 'recording.available',
    dtmf: 'call.dtmf',
    'member-pause': 'queue.member.unpause',
  };
  const topic = last[scenario.scene];
  if (topic) await until(topic, () => events.some((event) => event.type === topic));
}

function check(scenario: Scenario, stage: Stage): void {
  const { events, cast } = stage;
  always(events);
  const calls = callsInWords(events, cast);
  for (const [index, pattern] of (scenario.calls ?? (scenario.call ? [scenario.call] : [])).entries()) {
    const actual = calls[index] ?? [];
    assert.deepEqual(actual, expected(pattern, actual));
  }
  if (scenario.queue) {
    const actual = queuesInWords(events, cast);
    assert.deepEqual(actual, expected(scenario.queue, actual));
  }
  if (scenario.scene === 'reconnect') {
    const gap = events.find((event) => event.type === 'account.gap');
    assert.ok(gap, 'a flow must be told that events may be missing');
  }
  if (scenario.scene === 'recording') {
    const available = events.find((event) => event.type === 'recording.available') as RecordingEvent;
    assert.equal(available.recording.ready, true);
    assert.ok(available.recording.id);
    assert.equal(available.call?.id, available.recording.call);
  }
}

/** What holds for every provider at all times. */
function always(events: readonly PbxEvent[]): void {
  const perCall = new Map<string, string[]>();
  const ids = new Set<string>();
  const objects = new Set<object>();
  for (const event of events) {
    assert.ok(!ids.has(event.id), `the event ${event.id} came twice`);
    ids.add(event.id);
    if (event.type.startsWith('call.')) {
      const { call } = event as CallEvent;
      perCall.set(call.id, [...(perCall.get(call.id) ?? []), event.type]);
    }
    const { call } = event as QueueEvent;
    if (!call) continue;
    assert.ok(!objects.has(call), 'no two events share an object');
    objects.add(call);
  }
  for (const [id, topics] of perCall) {
    assert.equal(topics.filter((topic) => topic === 'call.begin').length, 1, `${id} begins once`);
    assert.equal(topics.filter((topic) => topic === 'call.end').length, 1, `${id} ends once`);
    assert.equal(topics[0], 'call.begin', `${id} begins with its begin`);
    assert.ok(topics.filter((topic) => topic === 'call.answer').length <= 1, `${id} is answered at most once`);
    assert.ok(topics.indexOf('call.missed') === -1 || !topics.includes('call.answer'), `${id} is answered or missed`);
  }
}
