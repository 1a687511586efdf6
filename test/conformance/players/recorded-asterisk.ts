/**
 * Recordings of real Asterisk servers on the stage: what each said in each scene, sent by the fake AMI server. Who listens to it, and
 * through what, is the player's matter.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PbxAccount } from '../../../lib/index';
import { transcriptFolder } from '../../asterisk-events/replay';
import type { AsteriskVersion } from '../../asterisk-events/replay';
import { eventsOf, ok } from '../../fakes/ami-server';
import type { FakeAmi } from '../../fakes/ami-server';
import { collect, eventually } from '../stage';
import type { Cast, Scene, Stage } from '../stage';

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

export interface Recorded {
  version: AsteriskVersion;
  pbx: FakeAmi;
  account: PbxAccount;
  /** The driver of the phones; the recordings were made with PJSIP. */
  driver: 'PJSIP' | 'SIP';
  /** The PBX takes texts from now on. */
  sms: () => void;
  /** The link to the account breaks. */
  cut: () => void;
  /** Closes whatever the player has opened besides the account. */
  close: () => Promise<void>;
}

export async function recordedStage({ version, pbx, account, driver, sms, cut, close }: Recorded): Promise<Stage> {
  const events = collect(account);
  account.open();
  await eventually('connected', () => account.status.state === 'connected');
  let cast = INBOUND;
  const seen = (topic: string) => eventually(topic, () => events.some((event) => event.type === topic));

  function blocksOf(file: string): string[] {
    const recording = readFileSync(join(transcriptFolder(version), `${file}.txt`));
    const text = eventsOf(recording).toString('utf8').replaceAll('PJSIP/', `${driver}/`);
    return text.split('\r\n\r\n').filter(Boolean);
  }

  /** An agent of a queue pauses and comes back, as recorded but for who it is. */
  function pauses(blocks: readonly string[]): string[] {
    const recorded = blocks.filter(isEvent('QueueMemberPause'));
    const state = (paused: string) => recorded.find((block) => block.includes(`\r\nPaused: ${paused}\r\n`)) ?? '';
    return [state('1'), state('0')].map((block) =>
      block
        .replace(/^Queue: .*\r$/m, 'Queue: support\r')
        .replace(/^(Interface|StateInterface|MemberName): .*\r$/gm, `$1: ${driver}/1001\r`),
    );
  }

  async function play(scene: Scene): Promise<void> {
    if (scene === 'sms') {
      sms();
      return;
    }
    if (scene === 'member-pause') {
      cast = { ...INBOUND, queue: 'support' };
      pbx.emitRaw(wire(pauses(blocksOf('70-queue-members'))));
      return;
    }
    const { file, cast: its } = RECORDED[scene];
    cast = its ?? INBOUND;
    const blocks = blocksOf(file);
    switch (scene) {
      case 'told-twice':
        pbx.emitRaw(wire(blocks.flatMap((block) => [block, block])));
        return;
      case 'simultaneous':
        pbx.emitRaw(wire(interleaved(blocks, blocksOf('s1-answered-caller-hangs'))));
        return;
      case 'reconnect': {
        pbx.emitRaw(wire(before(blocks, 'HangupRequest')));
        await seen('call.answer');
        cut();
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
      await close();
    },
  };
}

/** An Originate is queued, and then happens as recorded, under the ids that the client chose; `rest` once it is hung up. */
function originates(pbx: FakeAmi, blocks: readonly string[], rest: readonly string[] = []): void {
  const all = [...blocks, ...rest];
  const channelId = valueOf(all.find(isEvent('Newchannel')), 'Uniqueid');
  const actionId = valueOf(all.find(isEvent('OriginateResponse')), 'ActionID');
  pbx.onAction('Originate', (action) => {
    // Not every client chooses the id of the channel.
    const under = (recorded: readonly string[]) =>
      recorded.map((block) =>
        block
          .replaceAll(channelId, action.get('channelid') ?? channelId)
          .replaceAll(actionId, action.get('actionid') ?? ''),
      );
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
