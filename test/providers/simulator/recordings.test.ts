/** Recordings are real files that a player plays. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { RecordingCommand, RecordingEvent } from '../../../lib/index';
import { openOffice } from './office';
import type { Office } from './office';

interface Fetched {
  id: string;
  data?: Buffer;
  file?: string;
  url?: string;
  seconds: number;
}

describe('simulator: recordings', () => {
  let office: Office;
  let call: string;
  beforeEach(async () => {
    office = await openOffice();
    ({ call } = (await office.act({ do: 'incoming', from: '+421900123456', to: '21', manual: true })) as {
      call: string;
    });
    await office.act({ do: 'answer', call });
  });
  afterEach(() => office.close());

  const record = async (command: Omit<RecordingCommand, 'command'>) =>
    (await office.account.execute({ command: 'recording', ...command })).payload.result as Fetched;
  const recorded = async (seconds: number): Promise<string> => {
    const { id } = await record({ action: 'start', call });
    await office.clock.run(seconds * 1000);
    await record({ action: 'stop', call });
    await office.clock.run(1_000);
    return id;
  };

  it('are told when they start and when they can be had', async () => {
    const id = await recorded(5);
    const [start] = office.of<RecordingEvent>('recording.start');
    const [available] = office.of<RecordingEvent>('recording.available');
    assert.deepEqual([start?.recording.id, start?.recording.ready, start?.recording.seconds], [id, false, null]);
    assert.deepEqual([available?.recording.ready, available?.recording.seconds], [true, 5]);
    assert.deepEqual([available?.recording.call, available?.recording.format], [call, 'wav']);
  });

  it('end with the call, whose snapshot they carry', async () => {
    await record({ action: 'start', call });
    await office.clock.run(3_000);
    await office.act({ do: 'hangup', call });
    await office.clock.run(1_000);
    const [available] = office.of<RecordingEvent>('recording.available');
    assert.deepEqual([available?.call?.id, available?.call?.state], [call, 'ended']);
  });

  it('that could be had while the line was down are told once it is back', async () => {
    const behaviour = { answerSeconds: 2, talkSeconds: 20, record: true };
    const recorded = await office.act({ do: 'incoming', from: '+421900999999', to: '22', ...behaviour });
    await office.clock.run(5_000);
    assert.equal(office.of('recording.start').length, 1);
    await office.act({ do: 'fault', fault: 'cut', ms: 60_000 });
    await office.clock.run(180_000);
    const [available, again] = office.of<RecordingEvent>('recording.available');
    assert.deepEqual([available?.inferred, available?.recording.seconds], [true, 20]);
    assert.deepEqual([available?.call?.id, available?.call?.state], [recorded['call'], 'ended']);
    assert.equal(again, undefined);
    assert.equal(office.of('recording.start').length, 1);
  });

  it('are wave files of the talk: 8 kHz, 16 bit, mono, audible', async () => {
    const { data } = await record({ action: 'fetch', recording: await recorded(4) });
    assert.ok(data);
    assert.equal(data.toString('latin1', 0, 4) + data.toString('latin1', 8, 16), 'RIFFWAVEfmt ');
    assert.deepEqual([data.readUInt16LE(20), data.readUInt16LE(22), data.readUInt32LE(24)], [1, 1, 8_000]);
    assert.deepEqual([data.readUInt16LE(34), data.readUInt32LE(40)], [16, 4 * 16_000]);
    assert.equal(data.length, 44 + 4 * 16_000);
    assert.equal(data.readUInt32LE(4), data.length - 8);
    let peak = 0;
    for (let at = 44; at < data.length; at += 2) peak = Math.max(peak, Math.abs(data.readInt16LE(at)));
    assert.ok(peak > 5_000 && peak < 20_000, `the loudest sample is ${peak}`);
  });

  it('of long talks are cut, so that no message grows huge', async () => {
    const { data, seconds } = await record({ action: 'fetch', recording: await recorded(3_000) });
    assert.deepEqual([seconds, data?.length], [20, 44 + 20 * 16_000]);
  });

  it('go into a folder when one is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-recordings-'));
    try {
      const recording = await recorded(2);
      const { file, data } = await record({ action: 'fetch', recording, folder: join(folder, 'new') });
      assert.equal(data, undefined);
      assert.equal(basename(file ?? ''), `${recording}.wav`);
      const { data: bytes } = await record({ action: 'fetch', recording });
      assert.deepEqual(await readFile(file ?? ''), bytes);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('have a link that a browser plays', async () => {
    const recording = await recorded(2);
    const { url } = await record({ action: 'link', recording });
    const { data } = await record({ action: 'fetch', recording });
    assert.equal(url, `data:audio/wav;base64,${data?.toString('base64')}`);
  });

  it('can fail', async () => {
    await office.act({ do: 'record', call });
    await office.act({ do: 'stop-record', call, failure: 'no space left on device' });
    await office.clock.run(1_000);
    const [failed] = office.of<RecordingEvent>('recording.failed');
    assert.equal(failed?.reason?.text, 'no space left on device');
    await assert.rejects(record({ action: 'fetch', recording: failed?.recording.id ?? '' }), { code: 'not-found' });
  });

  it('go on through a transfer as one', async () => {
    const { call: next } = await office.act({
      do: 'incoming',
      from: '+421900123457',
      to: '22',
      answerSeconds: 1,
      talkSeconds: 60,
      record: true,
    });
    await office.clock.run(2_000);
    await office.account.execute({ command: 'transfer', call: String(next), to: '23', mode: 'blind', by: '22' });
    await office.clock.run(2_000);
    await office.account.execute({ command: 'hangup', call: String(next) });
    await office.clock.run(1_000);
    const ids = (topic: 'recording.start' | 'recording.available') =>
      office.of<RecordingEvent>(topic).map(({ recording }) => recording.id);
    assert.equal(ids('recording.start').length, 1);
    assert.deepEqual(ids('recording.available'), ids('recording.start'));
  });

  it('are refused where there is nothing to record', async () => {
    await record({ action: 'start', call });
    await assert.rejects(record({ action: 'start', call }), { code: 'rejected' });
    await record({ action: 'stop', call });
    await assert.rejects(record({ action: 'stop', call }), { code: 'not-found' });
    const ringing = (await office.act({ do: 'incoming', from: '1', to: '22', manual: true }))['call'] as string;
    await assert.rejects(record({ action: 'start', call: ringing }), { code: 'rejected' });
  });
});
