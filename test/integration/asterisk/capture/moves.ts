/** Scenes in which a call moves: transfers of every kind, redirects, parking. */
import { channelOf, pause, phonelessCaller, seen, takes, talk, type Scene, type Scenes } from './scene';

/** The caller's first channel of the scene. */
async function firstChannel(scene: Scene): Promise<string> {
  return channelOf(await seen(scene, 'Newchannel'));
}

export const MOVES: Scenes = {
  '56-dtmf-blindxfer': async (scene) => {
    await phonelessCaller(scene, '202');
    await seen(scene, 'BridgeEnter');
    await pause(1200);
    const callee = await seen(scene, 'Newchannel', { Channel: /102@test.*;1$/ });
    for (const digit of '#1101') {
      await scene.recorded.action({
        Action: 'PlayDTMF',
        Channel: channelOf(callee),
        Digit: digit,
        Receive: 'true',
        Duration: '100',
      });
      await pause(digit === '1' ? 300 : 200);
    }
    await seen(scene, 'BlindTransfer');
    await pause(1500);
    await scene.pbx.tap.sweep();
  },
  'sd-attended-refer-callee': async ({ alice, bob, carol }) => {
    const { caller, callee } = await talk(alice, '1002', bob);
    await callee.hold();
    const consult = bob.call('1003');
    const target = await takes(carol);
    await consult.until('answered');
    await pause(1000);
    await callee.transferToCall(consult);
    await callee.ended;
    await pause(1000);
    await target.hangUp();
    await caller.ended;
  },
  'sd2-attended-refer-trunk-in': async ({ jana, alice, bob }) => {
    const { caller, callee } = await talk(jana, '0220282028', alice);
    await callee.hold();
    const consult = alice.call('1002');
    await takes(bob);
    await consult.until('answered');
    await pause(1000);
    await callee.transferToCall(consult);
    await callee.ended;
    await pause(1000);
    await caller.hangUp();
  },
  'se-atxfer-ami': async (scene) => {
    const { callee } = await talk(scene.alice, '1002', scene.bob);
    const leg = await seen(scene, 'Newchannel', { Channel: /^PJSIP\/1002/ });
    const answered = takes(scene.carol);
    await scene.recorded.action({
      Action: 'Atxfer',
      Channel: channelOf(leg),
      Context: 'from-internal',
      Exten: '1003',
    });
    const target = await answered;
    await pause(1200);
    await callee.hangUp();
    await seen(scene, 'AttendedTransfer');
    await pause(800);
    await target.hangUp();
  },
  'se2-blonde-refer': async ({ alice, bob, carol }) => {
    const { caller, callee } = await talk(alice, '1002', bob);
    await callee.hold();
    const consult = bob.call('1003');
    const target = (await carol.incoming.take()).ring();
    await consult.until('ringing');
    await pause(600);
    await callee.transferToCall(consult);
    await callee.ended;
    await pause(600);
    target.answer();
    await pause(1200);
    await target.hangUp();
    await caller.ended;
  },
  'se3-blonde-feature-code': async (scene) => {
    const { caller, callee } = await talk(scene.alice, '1002', scene.bob);
    await callee.dial('*2');
    await pause(1500);
    await callee.dial('1003');
    const target = (await scene.carol.incoming.take()).ring();
    await pause(800);
    await callee.hangUp();
    await pause(600);
    target.answer();
    await pause(1200);
    await target.hangUp();
    await caller.ended;
  },
  'se4-attended-feature-code': async (scene) => {
    const { caller, callee } = await talk(scene.alice, '1002', scene.bob);
    await callee.dial('*2');
    await pause(1500);
    await callee.dial('1003');
    const target = await takes(scene.carol);
    await pause(1000);
    await callee.hangUp();
    await seen(scene, 'AttendedTransfer');
    await pause(800);
    await caller.hangUp();
    await target.ended;
  },
  'sx-blindxfer-busy': async ({ alice, bob, carol }) => {
    const { caller, callee } = await talk(alice, '1002', bob);
    const refused = carol.incoming.take().then((call) => {
      call.reject(486, 'Busy Here');
    });
    await callee.transferTo('1003');
    await refused;
    await caller.ended;
  },
  'sx2-blindxfer-noanswer': async ({ alice, bob, carol }) => {
    const { caller, callee } = await talk(alice, '1002', bob);
    await callee.transferTo('1003');
    (await carol.incoming.take()).ring();
    await pause(1500);
    await caller.hangUp();
  },
  'sx3-blindxfer-invalid': async ({ alice, bob }) => {
    const { caller, callee } = await talk(alice, '1002', bob);
    await callee.transferTo('4711');
    await pause(800);
    await callee.hangUp();
    await caller.hangUp();
  },
  'sx4-blindxfer-trunk-in': async ({ jana, alice, bob }) => {
    const { caller, callee } = await talk(jana, '0220282028', alice);
    await callee.transferTo('1002');
    const target = await takes(bob);
    await callee.ended;
    await pause(1000);
    await target.hangUp();
    await caller.ended;
  },
  'sx5-blindxfer-ami': async (scene) => {
    const { caller } = await talk(scene.alice, '1002', scene.bob);
    const leg = await seen(scene, 'Newchannel', { Channel: /^PJSIP\/1002/ });
    await scene.recorded.action({
      Action: 'BlindTransfer',
      Channel: channelOf(leg),
      Context: 'from-internal',
      Exten: '1003',
    });
    const target = await takes(scene.carol);
    await pause(1000);
    await target.hangUp();
    await caller.ended;
  },
  'r1-redirect-ringing': async (scene) => {
    const caller = scene.alice.call('1002');
    const ringing = (await scene.bob.incoming.take()).ring();
    await caller.until('ringing');
    await pause(600);
    await scene.recorded.action({
      Action: 'Redirect',
      Channel: await firstChannel(scene),
      Context: 'from-internal',
      Exten: '1003',
      Priority: '1',
    });
    const target = await takes(scene.carol);
    await ringing.ended;
    await caller.until('answered');
    await pause(1000);
    await target.hangUp();
    await caller.ended;
  },
  'r1b-redirect-ringing-trunk-in': async (scene) => {
    const caller = scene.jana.call('0220282028');
    const ringing = (await scene.alice.incoming.take()).ring();
    await caller.until('ringing');
    await pause(600);
    await scene.recorded.action({
      Action: 'Redirect',
      Channel: await firstChannel(scene),
      Context: 'from-internal',
      Exten: '1002',
      Priority: '1',
    });
    const target = await takes(scene.bob);
    await ringing.ended;
    await caller.until('answered');
    await pause(1000);
    await target.hangUp();
    await caller.ended;
  },
  'r2-redirect-queued': async (scene) => {
    const caller = scene.jana.call('0220282029');
    const first = (await scene.bob.incoming.take()).ring();
    const second = (await scene.carol.incoming.take()).ring();
    await seen(scene, 'QueueCallerJoin');
    await pause(1000);
    await scene.recorded.action({
      Action: 'Redirect',
      Channel: await firstChannel(scene),
      Context: 'from-internal',
      Exten: '1004',
      Priority: '1',
    });
    const target = await takes(scene.dan);
    await first.ended;
    await second.ended;
    await pause(1000);
    await target.hangUp();
    await caller.ended;
  },
  'r3-redirect-answered': async (scene) => {
    const { caller, callee } = await talk(scene.alice, '1002', scene.bob);
    await scene.recorded.action({
      Action: 'Redirect',
      Channel: await firstChannel(scene),
      Context: 'from-internal',
      Exten: '1003',
      Priority: '1',
    });
    const target = await takes(scene.carol);
    await callee.ended;
    await pause(1000);
    await target.hangUp();
    await caller.ended;
  },
  'c3-park-timeout-comeback': async (scene) => {
    const { caller, callee } = await talk(scene.bob, '1001', scene.alice);
    await callee.transferTo('750');
    await seen(scene, 'ParkedCall');
    await scene.recorded.list({ Action: 'ParkedCalls' });
    const back = await takes(scene.alice);
    await pause(1000);
    await back.hangUp();
    await caller.ended;
  },
  'c3b-park-timeout-elsewhere': async (scene) => {
    const { caller, callee } = await talk(scene.jana, '0220282028', scene.alice);
    await callee.transferTo('770');
    await seen(scene, 'ParkedCall');
    const taker = await takes(scene.dan);
    await pause(1000);
    await taker.hangUp();
    await caller.ended;
  },
  'c3c-park-retrieved-sip': async (scene) => {
    const { caller, callee } = await talk(scene.jana, '0220282028', scene.alice);
    await callee.transferTo('700');
    const parked = await seen(scene, 'ParkedCall');
    await pause(1000);
    const taker = await scene.bob.call(parked.fields['ParkingSpace'] ?? '').until('answered');
    await pause(1000);
    await taker.hangUp();
    await caller.ended;
  },
  'c3d-park-caller-gives-up': async (scene) => {
    const { caller, callee } = await talk(scene.jana, '0220282028', scene.alice);
    await callee.transferTo('700');
    await seen(scene, 'ParkedCall');
    await pause(1000);
    await caller.hangUp();
    await callee.hangUp();
  },
  'c3e-park-feature-code': async (scene) => {
    const { caller, callee } = await talk(scene.jana, '0220282028', scene.alice);
    await callee.dial('#72');
    await seen(scene, 'ParkedCall');
    await pause(1000);
    await callee.hangUp();
    await caller.hangUp();
  },
};
