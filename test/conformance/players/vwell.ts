/**
 * vwell-bpx-srv on the stage: what a real Asterisk said in each scene, read by the fake server in its own way and handed on. The phones
 * are those of chan_sip, the only ones the server can call.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PbxAccount } from '../../../lib/index';
import { FakeVwell } from '../../fakes/vwell-server';
import { answerLists, moduleWith } from '../../providers/vwell/office';
import { transcriptFolder } from '../../asterisk-events/replay';
import type { AsteriskVersion } from '../../asterisk-events/replay';
import { eventsOf, FakeAmi, ok } from '../../fakes/ami-server';
import { collect, eventually } from '../stage';
import type { Cast, Player, Scene, Stage } from '../stage';

const vwell = moduleWith();

const INBOUND: Cast = { customer: '+421900123456', first: '1001', second: '1002', queue: 'sales' };
const OUTBOUND: Cast = { ...INBOUND, customer: '0900123456' };

/** The recording of a scene, and who plays in it where that differs. `test/data/ami/README.md` says what happens in each. */
const RECORDED: Readonly<Record<Exclude<Scene, 'sms' | 'member-pause'>, { file: string; cast?: Cast }>> = {
  'inbound-answered': { file: 't1-trunk-in-answered' },
  'inbound-missed': { file: 't2-trunk-in-missed' },
  'inbound-busy': { file: 't3-trunk-in-busy' },
  'inbound-rejected': { file: 't3b-trunk-in-declined' },
  'inbound-cancelled': { file: 't4-trunk-in-caller-cancels' },
  'internal-answered': { file: 's1-answered-caller-hangs' },
  'outbound-answered': { file: 't6-trunk-out-answered', cast: OUTBOUND },
  'ring-group': { file: 'ta-trunk-in-ringgroup', cast: { ...INBOUND, first: '1003', second: '1002' } },
  'queue-answered': { file: 'qa-queue-ringall-answered', cast: { ...INBOUND, first: '1002', second: '1003' } },
  'queue-abandoned': { file: 'qb-queue-abandoned-sip', cast: { ...INBOUND, first: '1002', second: '1003' } },
  'queue-timeout': { file: 'qd2-queue-timeout-hangup-trunk-in', cast: { ...INBOUND, first: '1002', second: '1003' } },
  'blind-transfer': { file: 'sx4-blindxfer-trunk-in' },
  'attended-transfer': { file: 'sd2-attended-refer-trunk-in' },
  'hold-resume': { file: 'tc-trunk-in-hold' },
  dtmf: { file: 'tb-trunk-in-voice-menu' },
  recording: { file: 'x1-mixmonitor-action-sip' },
  simultaneous: { file: 't1-trunk-in-answered' },
  'told-twice': { file: 't1-trunk-in-answered' },
  reconnect: { file: 't1-trunk-in-answered' },
  'make-call-answered': { file: 'o3-click2dial-out-trunk', cast: OUTBOUND },
  'make-call-busy': { file: 'o3b-click2dial-out-busy', cast: OUTBOUND },
  'make-call-unanswered': { file: 'sh2-click2dial-callee-noanswer', cast: OUTBOUND },
  hangup: { file: 't1-trunk-in-answered' },
  'redirect-ringing': { file: 'r1b-redirect-ringing-trunk-in' },
};

export function vwellPlayer(version: AsteriskVersion): Player {
  return { title: `vwell before asterisk ${version}`, module: vwell, open: () => open(version) };
}

async function open(version: AsteriskVersion): Promise<Stage> {
  const pbx = await FakeAmi.listen();
  answerLists(pbx);
  const server = await FakeVwell.listen({
    ami: { host: pbx.host, port: pbx.port, username: 'tester', password: 's3cret' },
    secret: 'house key',
  });
  const account = new PbxAccount({
    name: 'Office',
    provider: 'vwell',
    providers: [vwell],
    // The shortest waits between two tries.
    random: () => 0,
    config: { url: server.url, secret: 'house key' },
  });
  const events = collect(account);
  account.open();
  await eventually('connected', () => account.status.state === 'connected');
  let cast = INBOUND;
  const seen = (topic: string) => eventually(topic, () => events.some((event) => event.type === topic));

  async function play(scene: Scene): Promise<void> {
    if (scene === 'sms') {
      pbx.onAction('command', () => ({ ...ok({ Privilege: 'Command' }), response: 'Follows' }));
      return;
    }
    if (scene === 'member-pause') {
      cast = { ...INBOUND, queue: 'support' };
      pbx.emitRaw(wire(pausesOf(version)));
      return;
    }
    const { file, cast: its } = RECORDED[scene];
    cast = its ?? INBOUND;
    const blocks = blocksOf(version, file);
    switch (scene) {
      case 'told-twice':
        pbx.emitRaw(wire(blocks.flatMap((block) => [block, block])));
        return;
      case 'simultaneous':
        pbx.emitRaw(wire(interleaved(blocks, blocksOf(version, 's1-answered-caller-hangs'))));
        return;
      case 'reconnect': {
        pbx.emitRaw(wire(before(blocks, 'HangupRequest')));
        await seen('call.answer');
        server.cut();
        await seen('account.gap');
        return;
      }
      case 'hangup': {
        const talk = before(blocks, 'HangupRequest');
        answerOnce(pbx, 'Hangup', blocks.slice(talk.length));
        pbx.emitRaw(wire(talk));
        await seen('call.answer');
        return;
      }
      case 'redirect-ringing': {
        const ringing = before(blocks, 'DialEnd');
        answerOnce(pbx, 'Redirect', blocks.slice(ringing.length));
        pbx.emitRaw(wire(ringing));
        await seen('call.ringing');
        return;
      }
      case 'make-call-unanswered': {
        const ringing = beforeLast(blocks, 'DialEnd');
        originates(pbx, ringing, blocks.slice(ringing.length));
        return;
      }
      case 'make-call-answered':
      case 'make-call-busy':
        originates(pbx, blocks);
        return;
      default:
        pbx.emitRaw(wire(blocks));
    }
  }

  return {
    account,
    get cast() {
      return cast;
    },
    events,
    play,
    until: eventually,
    async close() {
      await account.close();
      await server.close();
      await pbx.close();
    },
  };
}

/** An Originate is queued, and then happens as recorded, under the id of this action; `rest` once it is hung up. */
function originates(pbx: FakeAmi, blocks: readonly string[], rest: readonly string[] = []): void {
  const all = [...blocks, ...rest];
  const actionId = valueOf(all.find(isEvent('OriginateResponse')), 'ActionID');
  pbx.onAction('Originate', (action) => {
    const under = (recorded: readonly string[]) =>
      recorded.map((block) => block.replaceAll(actionId, action.get('actionid') ?? ''));
    answerOnce(pbx, 'Hangup', under(rest));
    pbx.emitRaw(wire(under(blocks)));
    return ok({ Message: 'Originate successfully queued' });
  });
}

function valueOf(block: string | undefined, key: string): string {
  const value = new RegExp(`^${key}: (.*)\\r$`, 'm').exec(block ?? '')?.[1];
  if (!value) throw new Error(`the recording has no ${key}`);
  return value;
}

/** The first action of this name makes the rest of the recording happen. */
function answerOnce(pbx: FakeAmi, name: string, rest: readonly string[]): void {
  let done = false;
  pbx.onAction(name, () => {
    if (!done) pbx.emitRaw(wire(rest));
    done = true;
    return ok({ Message: 'Success' });
  });
}

/** An agent of a queue pauses and comes back, as recorded but for who it is. */
function pausesOf(version: AsteriskVersion): string[] {
  const pauses = blocksOf(version, '70-queue-members').filter((block) => /^Event: QueueMemberPause\r$/m.test(block));
  const state = (paused: string) => pauses.find((block) => block.includes(`\r\nPaused: ${paused}\r\n`)) ?? '';
  return [state('1'), state('0')].map((block) =>
    block
      .replace(/^Queue: .*\r$/m, 'Queue: support\r')
      .replace(/^(Interface|StateInterface|MemberName): .*\r$/gm, '$1: SIP/1001\r'),
  );
}

function blocksOf(version: AsteriskVersion, file: string): string[] {
  const recording = readFileSync(join(transcriptFolder(version), `${file}.txt`));
  const text = eventsOf(recording).toString('utf8').replaceAll('PJSIP/', 'SIP/');
  return text.split('\r\n\r\n').filter(Boolean);
}

function wire(blocks: readonly string[]): string {
  return blocks.map((block) => `${block}\r\n\r\n`).join('');
}

function isEvent(name: string): (block: string) => boolean {
  return (block) => new RegExp(`^Event: ${name}\\r$`, 'm').test(block);
}

function before(blocks: readonly string[], event: string): string[] {
  return blocks.slice(0, blocks.findIndex(isEvent(event)));
}

function beforeLast(blocks: readonly string[], event: string): string[] {
  return blocks.slice(0, blocks.findLastIndex(isEvent(event)));
}

/** Two recordings at once, the events of each in their order. */
function interleaved(one: readonly string[], other: readonly string[]): string[] {
  const mixed: string[] = [];
  for (let i = 0; i < Math.max(one.length, other.length); i++) {
    for (const block of [one[i], other[i]]) if (block !== undefined) mixed.push(block);
  }
  return mixed;
}
