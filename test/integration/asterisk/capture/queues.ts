/** Scenes of queues, and of a connection that was lost and came back. */
import type { AmiTap } from '../ami-tap';
import { channelOf, pause, phonelessCaller, seen, takes, talk, type Scene, type Scenes } from './scene';

export const QUEUES: Scenes = {
  '74-queue-ringnoanswer-timeout': async (scene) => {
    await phonelessCaller(scene, '501');
    await seen(scene, 'QueueCallerLeave');
    await scene.pbx.tap.sweep();
  },
  '78-queue-full': async (scene) => {
    await phonelessCaller(scene, '504');
    await seen(scene, 'QueueCallerJoin');
    const second = scene.recorded.position;
    await phonelessCaller(scene, '504', '"Bob" <556>');
    await scene.recorded.event('VarSet', { Variable: 'QUEUESTATUS', Value: 'FULL' }, { from: second });
    await pause(600);
    await scene.pbx.tap.sweep();
  },
  'qa-queue-ringall-answered': async (scene) => {
    const caller = scene.jana.call('0220282029');
    const loser = (await scene.carol.incoming.take()).ring();
    const agent = await takes(scene.bob);
    await seen(scene, 'AgentConnect');
    await loser.ended;
    await pause(1500);
    await scene.recorded.list({ Action: 'QueueStatus', Queue: 'sales' });
    await caller.hangUp();
    await agent.ended;
    await seen(scene, 'AgentComplete');
  },
  'qb-queue-abandoned-sip': async (scene) => {
    const caller = scene.jana.call('0220282029');
    (await scene.bob.incoming.take()).ring();
    (await scene.carol.incoming.take()).ring();
    await seen(scene, 'QueueCallerJoin');
    await pause(1500);
    await caller.hangUp();
    await seen(scene, 'QueueCallerAbandon');
  },
  'qc-queue-timeout-then-phone': async (scene) => {
    const caller = scene.jana.call('0220282032');
    (await scene.bob.incoming.take()).ring();
    (await scene.carol.incoming.take()).ring();
    const outside = await takes(scene.dan);
    await pause(1000);
    await outside.hangUp();
    await caller.ended;
  },
  'qd-queue-timeout-hangup': async ({ alice, bob, carol }) => {
    const caller = alice.call('522');
    (await bob.incoming.take()).ring();
    (await carol.incoming.take()).ring();
    await caller.until('answered');
    await caller.ended;
  },
  'qd2-queue-timeout-hangup-trunk-in': async ({ jana, bob, carol }) => {
    const caller = jana.call('0220282035');
    (await bob.incoming.take()).ring();
    (await carol.incoming.take()).ring();
    await caller.until('answered');
    await caller.ended;
  },
  'qe-queue-agent-attended-transfer': async (scene) => {
    const caller = scene.jana.call('0220282029');
    (await scene.carol.incoming.take()).reject(486, 'Busy Here');
    const agent = await takes(scene.bob);
    await seen(scene, 'AgentConnect');
    await pause(1000);
    await agent.hold();
    const consult = scene.bob.call('1004');
    const target = await takes(scene.dan);
    await consult.until('answered');
    await pause(800);
    await agent.transferToCall(consult);
    await agent.ended;
    await pause(800);
    await target.hangUp();
    await caller.ended;
  },
  'qf-queue-three-callers': async (scene) => {
    const first = scene.jana.call('0220282029');
    const bob = (await scene.bob.incoming.take()).ring();
    const carol = (await scene.carol.incoming.take()).ring();
    await seen(scene, 'QueueCallerJoin', { Position: '1' });
    const second = scene.alice.call('520');
    await seen(scene, 'QueueCallerJoin', { Position: '2' });
    const third = scene.dan.call('520');
    await seen(scene, 'QueueCallerJoin', { Position: '3' });
    await pause(600);
    await second.until('answered');
    await second.hangUp();
    await seen(scene, 'QueueCallerAbandon');
    bob.answer();
    await carol.ended;
    await seen(scene, 'AgentConnect');
    const taken = await takes(scene.carol);
    await pause(1200);
    await first.hangUp();
    await taken.hangUp();
    await third.ended;
  },
};

/**
 * The same calls seen by a connection that breaks and by the one after it. At the break Jana talks to Alice (and goes on), Carol
 * talks to Bob (and hangs up unseen). While nobody listens Dan calls Bob, who answers; somebody waits in a queue, another is parked.
 */
export const GAP: Readonly<{ before: string; after: string; play: (scene: Scene) => Promise<AmiTap> }> = {
  before: 'y1-before-gap',
  after: 'y2-after-gap',
  /** Resolves with the second connection. */
  play: async (scene) => {
    const outside = await talk(scene.jana, '0220282028', scene.alice);
    const unseen = await talk(scene.carol, '1002', scene.bob);
    const waiting = scene.recorded.position;
    await phonelessCaller(scene, '503');
    await scene.recorded.event('QueueCallerJoin', {}, { from: waiting });
    await scene.recorded.close();

    await unseen.caller.hangUp();
    await unseen.callee.ended;
    const later = await talk(scene.dan, '1002', scene.bob);
    await later.callee.transferTo('700');
    await later.callee.ended;

    const recorded = await scene.openRecorder();
    await recorded.list({ Action: 'CoreShowChannels' });
    await recorded.list({ Action: 'Status' });
    await recorded.list({ Action: 'BridgeList' });
    await recorded.list({ Action: 'QueueStatus' });
    await recorded.list({ Action: 'ParkedCalls' });
    await pause(800);
    await outside.callee.hangUp();
    await outside.caller.ended;
    await later.caller.hangUp();
    const queued = (await recorded.list({ Action: 'CoreShowChannels' })).find((m) =>
      /@callers.*;1$/.test(channelOf(m)),
    );
    if (queued !== undefined) await recorded.action({ Action: 'Hangup', Channel: channelOf(queued) });
    return recorded;
  },
};
