/** Scenes of plain calls: inside, from and to the telephone company, placed by an Originate, forwarded, picked up. */
import { channelOf, originate, pause, phonelessCaller, seen, takes, talk, type Scenes } from './scene';

export const CALLS: Scenes = {
  '4a-call-local-optimized-both': async (scene) => {
    await originate(scene, {
      Channel: 'Local/60@callers',
      Context: 'test',
      Exten: '302',
      CallerID: '"Ann Caller" <555>',
      Timeout: '20000',
    });
    await seen(scene, 'BridgeEnter');
    await pause(2000);
    await scene.pbx.tap.sweep();
  },
  '57-bridge-action': async (scene) => {
    await phonelessCaller(scene, '112');
    await seen(scene, 'OriginateResponse');
    const second = scene.recorded.position;
    await phonelessCaller(scene, '112', '"Bob" <556>');
    await scene.recorded.event('OriginateResponse', {}, { from: second });
    await pause(600);
    const halves = scene.recorded.messages.filter(
      (m) => m.fields['Event'] === 'Newchannel' && /60@callers.*;1$/.test(channelOf(m)),
    );
    const [ann, bob] = halves.map(channelOf);
    await scene.recorded.action({ Action: 'Bridge', Channel1: ann ?? '', Channel2: bob ?? '', Tone: 'no' });
    await pause(1500);
    await scene.recorded.list({ Action: 'BridgeList' });
    await scene.pbx.tap.sweep();
  },
  'si-local-optimization': async ({ alice, bob, pbx }) => {
    const caller = alice.call('1903');
    const callee = await takes(bob);
    await caller.until('answered');
    caller.talk();
    callee.talk();
    await pbx.tap.event('LocalOptimizationEnd');
    await pause(1000);
    await caller.hangUp();
  },
  'so-forward-302': async ({ alice, bob, carol }) => {
    const caller = alice.call('1002');
    (await bob.incoming.take()).forward('1003');
    const callee = await takes(carol);
    await caller.until('answered');
    await pause(1200);
    await callee.hangUp();
  },
  'sr-ringgroup-sip': async ({ alice, bob, carol }) => {
    const caller = alice.call('1900');
    const loser = (await carol.incoming.take()).ring();
    await takes(bob);
    await caller.until('answered');
    await loser.ended;
    await pause(1200);
    await caller.hangUp();
  },
  'sr2-ringgroup-nobody': async ({ alice, bob, carol }) => {
    const caller = alice.call('1900');
    const first = (await carol.incoming.take()).ring();
    const second = (await bob.incoming.take()).ring();
    await pause(1500);
    first.reject(603, 'Decline');
    second.reject(486, 'Busy Here');
    await caller.ended;
  },
  'sr3-rings-two-in-turn': async ({ alice, bob, carol }) => {
    const caller = alice.call('1901');
    const first = (await bob.incoming.take()).ring();
    await first.ended;
    const callee = await takes(carol);
    await caller.until('answered');
    await pause(1200);
    await callee.hangUp();
  },
  'c1-pickup-group': async ({ alice, bob, carol }) => {
    const caller = alice.call('1002');
    const ringing = (await bob.incoming.take()).ring();
    await pause(800);
    const taker = await carol.call('*8').until('answered');
    await ringing.ended;
    await caller.until('answered');
    await pause(1200);
    await taker.hangUp();
    await caller.ended;
  },
  'c1b-pickup-directed': async ({ alice, bob, carol }) => {
    const caller = alice.call('1002');
    const ringing = (await bob.incoming.take()).ring();
    await pause(800);
    const taker = await carol.call('**1002').until('answered');
    await ringing.ended;
    await caller.until('answered');
    await pause(1200);
    await caller.hangUp();
    await taker.ended;
  },
  't1-trunk-in-answered': async ({ jana, alice }) => {
    const { caller, callee } = await talk(jana, '0220282028', alice);
    await pause(1200);
    await callee.hangUp();
    await caller.ended;
  },
  't2-trunk-in-missed': async ({ jana, alice }) => {
    const caller = jana.call('0220282028');
    (await alice.incoming.take()).ring();
    await caller.until('ended', 20_000);
  },
  't3-trunk-in-busy': async ({ jana, alice }) => {
    const caller = jana.call('0220282028');
    (await alice.incoming.take()).reject(486, 'Busy Here');
    await caller.ended;
  },
  't3b-trunk-in-declined': async ({ jana, alice }) => {
    const caller = jana.call('0220282028');
    (await alice.incoming.take()).reject(603, 'Decline');
    await caller.ended;
  },
  't4-trunk-in-caller-cancels': async ({ jana, alice }) => {
    const caller = jana.call('0220282028');
    (await alice.incoming.take()).ring();
    await caller.until('ringing');
    await pause(1200);
    await caller.cancel();
  },
  't5-trunk-in-voicemail': async ({ jana, alice }) => {
    const caller = jana.call('0220282034');
    (await alice.incoming.take()).ring();
    await caller.until('answered');
    await pause(1200);
    await caller.hangUp();
  },
  't6-trunk-out-answered': async ({ jana, alice }) => {
    const caller = alice.call('0900123456');
    const callee = await takes(jana);
    await caller.until('answered');
    await pause(1500);
    await caller.hangUp();
    await callee.ended;
  },
  't7-trunk-out-busy': async ({ jana, alice }) => {
    const caller = alice.call('0900123456');
    (await jana.incoming.take()).reject(486, 'Busy Here');
    await caller.ended;
  },
  't8-trunk-out-cancelled': async ({ jana, alice }) => {
    const caller = alice.call('0900123456');
    (await jana.incoming.take()).ring();
    await caller.until('ringing');
    await pause(1000);
    await caller.cancel();
  },
  't9-trunk-out-invalid-number': async ({ jana, alice }) => {
    const caller = alice.call('0999');
    (await jana.incoming.take()).reject(404, 'Not Found');
    await caller.ended;
  },
  'ta-trunk-in-ringgroup': async ({ jana, bob, carol }) => {
    const caller = jana.call('0220282030');
    const loser = (await bob.incoming.take()).ring();
    const callee = await takes(carol);
    await loser.ended;
    await pause(1200);
    await callee.hangUp();
    await caller.ended;
  },
  'tb-trunk-in-voice-menu': async ({ jana }) => {
    const caller = await jana.call('0220282031').until('answered');
    await pause(600);
    await caller.dial('42#');
    await caller.ended;
  },
  'tc-trunk-in-hold': async ({ jana, alice }) => {
    const { caller, callee } = await talk(jana, '0220282028', alice);
    await callee.hold();
    await pause(1200);
    await callee.unhold();
    await pause(600);
    await caller.hangUp();
    await callee.ended;
  },
  'sh-click2dial-noanswer': async (scene) => {
    const rings = scene.alice.incoming.take().then((call) => call.ring());
    await originate(scene, {
      Channel: 'PJSIP/1001',
      Context: 'from-internal',
      Exten: '1002',
      Timeout: '2500',
      ChannelId: 'click-sh-a',
    });
    await rings;
    await seen(scene, 'OriginateResponse');
  },
  'sh2-click2dial-callee-noanswer': async (scene) => {
    const alice = takes(scene.alice);
    await originate(scene, {
      Channel: 'PJSIP/1001',
      Context: 'from-internal',
      Exten: '1904',
      CallerID: '"Click" <1002>',
      ChannelId: 'click-sh2-a',
    });
    (await scene.bob.incoming.take()).ring();
    await (
      await alice
    ).ended;
  },
  'o1-click2dial-channelid-pings': async (scene) => {
    const alice = takes(scene.alice);
    await originate(scene, {
      Channel: 'PJSIP/1001',
      Context: 'from-internal',
      Exten: '1002',
      CallerID: '"Click" <1002>',
      ChannelId: 'click-o1-a',
      Variable: ['__TAG=order 17'],
    });
    await scene.recorded.action({ Action: 'Ping' });
    const bob = await takes(scene.bob);
    await scene.recorded.action({ Action: 'Ping' });
    await pause(1500);
    await scene.recorded.action({ Action: 'Ping' });
    await bob.hangUp();
    await (
      await alice
    ).ended;
  },
  'o2-click2dial-callee-busy': async (scene) => {
    const alice = takes(scene.alice);
    await originate(scene, { Channel: 'PJSIP/1001', Context: 'from-internal', Exten: '1002', ChannelId: 'click-o2-a' });
    (await scene.bob.incoming.take()).reject(486, 'Busy Here');
    await (
      await alice
    ).ended;
  },
  'o3-click2dial-out-trunk': async (scene) => {
    const alice = takes(scene.alice);
    await originate(scene, {
      Channel: 'PJSIP/1001',
      Context: 'from-internal',
      Exten: '0900123456',
      CallerID: '"Jana" <0900123456>',
      ChannelId: 'click-o3-a',
    });
    const jana = await takes(scene.jana);
    await pause(1500);
    await (await alice).hangUp();
    await jana.ended;
  },
  'o3b-click2dial-out-busy': async (scene) => {
    const alice = takes(scene.alice);
    await originate(scene, {
      Channel: 'PJSIP/1001',
      Context: 'from-internal',
      Exten: '0900123456',
      ChannelId: 'click-o3b-a',
    });
    (await scene.jana.incoming.take()).reject(486, 'Busy Here');
    await (
      await alice
    ).ended;
  },
  'o4-click2dial-caller-declines': async (scene) => {
    const declines = scene.alice.incoming.take().then((call) => {
      call.reject(603, 'Decline');
    });
    await originate(scene, { Channel: 'PJSIP/1001', Context: 'from-internal', Exten: '1002', ChannelId: 'click-o4-a' });
    await declines;
    await seen(scene, 'OriginateResponse');
  },
  'x1-mixmonitor-action-sip': async (scene) => {
    const { caller, callee } = await talk(scene.alice, '1002', scene.bob);
    caller.talk();
    callee.talk();
    const first = await seen(scene, 'Newchannel');
    const channel = channelOf(first);
    await scene.recorded.action({
      Action: 'MixMonitor',
      Channel: channel,
      File: `scene-${first.fields['Uniqueid'] ?? ''}.wav`,
      Options: 'i(MONITOR_ID)',
    });
    await pause(1500);
    await scene.recorded.action({ Action: 'StopMixMonitor', Channel: channel });
    await pause(400);
    await callee.hangUp();
    await caller.ended;
  },
  'x2-mixmonitor-until-hangup': async ({ alice, bob }) => {
    const { caller } = await talk(alice, '1902', bob);
    await pause(800);
    await caller.hangUp();
  },
};
