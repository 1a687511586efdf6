import assert from 'node:assert/strict';
import type { HistoryEntry, Member, QueueStatus } from '../../../lib/index';
import type { FakeDialect } from '../../fakes/gravitel-server';
import { openOffice, rejects } from './office';
import type { Office } from './office';

const START = Date.parse('2026-03-01T08:00:00Z');

describe('gravitel: lists', () => {
  let office: Office;
  afterEach(() => office.close());
  const ask = async <T>(
    query: 'members' | 'queues' | 'calls' | 'history',
    params: Record<string, unknown> = {},
  ): Promise<T> => (await office.account.execute({ command: 'query', query, params })).payload.result as T;

  const found = async (params: Record<string, unknown>) =>
    (await ask<HistoryEntry[]>('history', params)).map(({ id }) => id);

  for (const dialect of ['L', 'V1', 'G1'] as const)
    describe(`of dialect ${dialect}`, () => {
      beforeEach(async () => {
        office = await openOffice(dialect);
      });

      it('members', async () => {
        const members = await ask<Member[]>('members');
        assert.deepEqual(
          members.map(({ extension, name, login }) => [extension, name, login]),
          [
            ['712', 'Анна Иванова', dialect === 'G1' ? null : 'ivanova'],
            ['713', 'Пётр Петров', dialect === 'G1' ? null : 'petrov'],
          ],
        );
        if (dialect === 'V1') {
          assert.deepEqual(
            members.map(({ state }) => state),
            ['idle', 'unavailable'],
          );
          assert.deepEqual(members[0]?.queues, ['sales']);
          assert.ok(
            office.pbx.requests.filter(({ path }) => path.endsWith('/users')).length >= 2,
            'all pages were read',
          );
        }
      });

      it('groups', async () => {
        const [group] = await ask<QueueStatus[]>('queues');
        assert.equal(group?.name, 'Отдел продаж');
        assert.deepEqual(
          group?.members.map(({ extension }) => extension),
          dialect === 'V1' ? ['712', '713'] : [],
        );
      });

      it('history, each call once and with the times of a call', async () => {
        office.pbx
          .call('H1')
          .listed('Success', { login: 'ivanova', wait: 7, talk: 57, start: START, link: '/rec/H1.mp3' });
        office.pbx.call('H2').listed('Missed', { wait: 30, start: START + 60_000 });
        office.pbx
          .call('H3', { direction: 'out' })
          .listed('Success', { login: 'petrov', wait: 4, talk: 10, start: START + 120_000 });
        const entries = await ask<HistoryEntry[]>('history', {
          from: '2026-03-01T07:00:00Z',
          to: '2026-03-01T09:00:00Z',
        });
        assert.deepEqual(
          entries.map(({ id }) => id),
          ['H3', 'H2', 'H1'],
        );
        const [out, missed, taken] = entries;
        assert.deepEqual([taken?.disposition, taken?.waitSeconds, taken?.talkSeconds], ['answered', 7, 57]);
        assert.deepEqual([taken?.answeredBy?.extension, taken?.recordings], ['712', ['H1']]);
        assert.deepEqual([missed?.disposition, missed?.direction, missed?.answeredBy], ['no-answer', 'inbound', null]);
        assert.deepEqual([out?.from.extension, out?.direction], ['713', 'outbound']);
      });

      it('history that is empty', async () => {
        assert.deepEqual(await ask('history'), []);
      });
    });

  it('how long a call waited is not guessed where its record does not tell', async () => {
    office = await openOffice('V1');
    const row = {
      uid: 'H1',
      type: 'in',
      status: 'success',
      client: '7495',
      user: 'ivanova',
      start: '2026-03-01T08:00:00Z',
    };
    office.pbx.next({ status: 200, text: JSON.stringify([{ ...row, duration: 57 }]) });
    const [entry] = await ask<HistoryEntry[]>('history');
    assert.deepEqual([entry?.disposition, entry?.answeredBy?.extension, entry?.talkSeconds], ['answered', '712', 57]);
    assert.deepEqual([entry?.waitSeconds, entry?.answeredAt, entry?.endedAt], [null, null, null]);
    office.pbx.next({ status: 200, text: JSON.stringify([{ ...row, status: 'missed', wait: 12 }]) });
    assert.equal((await ask<HistoryEntry[]>('history'))[0]?.waitSeconds, 12);
  });

  for (const dialect of ['L', 'V1', 'G1'] as const)
    it(`${dialect}: a group in the history is the queue and no person`, async () => {
      office = await openOffice(dialect);
      const start = '2026-03-01T08:00:00Z';
      const text = {
        L: `H1,missed,+7495,sales@company,74957770000,${start},30,0,\r\n`,
        V1: JSON.stringify([
          { uid: 'H1', type: 'in', status: 'missed', client: '7495', account: 'sales', start, wait: 30 },
        ]),
        G1: JSON.stringify([
          { id: 'H1', type: 'missed', account: '750', client: '7495', start, wait: 30, duration: 0 },
        ]),
      }[dialect];
      office.pbx.next({ status: 200, text });
      const [entry] = await ask<HistoryEntry[]>('history');
      assert.deepEqual(entry?.to, { number: null, extension: null, name: null });
      assert.equal(entry?.queue, dialect === 'G1' ? '1' : 'sales');
    });

  it('a PBX whose groups cannot be read is connected all the same', async () => {
    office = await openOffice('V1', {}, { ready: false });
    office.pbx.denied = /^groups/;
    await office.until('connected', () => office.account.status.state === 'connected');
    assert.equal((await ask<Member[]>('members')).length, 2);
  });

  it('history can be narrowed down, and wrong wishes are refused', async () => {
    office = await openOffice('V1');
    office.pbx.call('H1').listed('Success', { login: 'ivanova', talk: 57, start: START });
    office.pbx.call('H2', { client: '79260000001' }).listed('Missed', { start: START + 1_000 });
    assert.deepEqual(await found({ extension: '712' }), ['H1']);
    assert.deepEqual(await found({ number: '+7 926 000-00-01' }), ['H2']);
    assert.deepEqual(await found({ disposition: 'no-answer' }), ['H2']);
    assert.deepEqual(await found({ direction: 'outbound' }), []);
    assert.deepEqual(await found({ limit: 1 }), ['H2']);
    for (const params of [
      { from: 'yesterday' },
      { from: '2026-03-02', to: '2026-03-01' },
      { limit: 0 },
      { direction: 'up' },
      { from: 0 },
    ])
      await rejects(ask('history', params), 'invalid-argument', /history/);
  });

  it('a span whose list is full is asked for in halves, so that no call is missing', async () => {
    office = await openOffice('V1');
    for (let index = 0; index < 2_300; index++)
      office.pbx.call(`H${index}`).listed('Success', { login: 'ivanova', talk: 5, start: START + index * 1_000 });
    const entries = await ask<HistoryEntry[]>('history', { limit: 5_000 });
    assert.equal(new Set(entries.map(({ id }) => id)).size, 2_300);
  }).timeout(20_000);

  it('a list of internal calls is full with fewer rows', async () => {
    office = await openOffice('V1');
    for (let index = 0; index < 700; index++)
      office.pbx
        .call(`I${index}`, { direction: 'internal', client: '712' })
        .listed('Success', { login: 'petrov', talk: 5, start: START + index * 1_000 });
    assert.equal((await ask<HistoryEntry[]>('history')).length, 700);
  }).timeout(20_000);

  it('a list with a row that cannot be read is full all the same', async () => {
    office = await openOffice('L');
    for (let index = 0; index < 1_400; index++)
      office.pbx.call(`H${index}`).listed('Success', { login: 'ivanova', talk: 5, start: START + index * 1_000 });
    Object.assign(office.pbx.rows[3] ?? {}, { id: '' });
    const entries = await ask<HistoryEntry[]>('history', { limit: 5_000 });
    assert.equal(entries.length, 1_399);
  }).timeout(20_000);

  it('internal calls are in the list of V1', async () => {
    office = await openOffice('V1');
    office.pbx
      .call('I1', { direction: 'internal', client: '712' })
      .listed('Success', { login: 'petrov', talk: 9, start: START });
    const [entry] = await ask<HistoryEntry[]>('history');
    assert.deepEqual([entry?.direction, entry?.from.extension, entry?.to.extension], ['internal', '712', '713']);
  });

  it('employees are told without their groups where the key has no right to these', async () => {
    office = await openOffice('V1');
    office.pbx.denied = /^groups/;
    const members = await ask<Member[]>('members');
    assert.deepEqual(
      members.map(({ extension, queues }) => [extension, queues]),
      [
        ['712', []],
        ['713', []],
      ],
    );
    await rejects(ask('queues'), 'forbidden');
    office.pbx.next({ status: 200, text: '{"items":[]}' }, { status: 400, text: '{"message":"no"}' });
    await rejects(ask('members'), 'invalid-argument');
  });

  it('rows that cannot be read are counted and left out', async () => {
    office = await openOffice('L');
    office.pbx.call('H1').listed('Success', { login: 'ivanova', talk: 57, start: START });
    office.pbx.next({ status: 200, text: 'rubbish,row\r\n' });
    assert.deepEqual(await ask('history'), []);
    assert.equal(office.account.status.counters.malformed, 1);
  });

  for (const [text, code] of [
    ['Service temporarily unavailable', 'protocol'],
    ['Domain disabled', 'forbidden'],
  ] as const)
    for (const dialect of ['L', 'V1', 'G1'] satisfies FakeDialect[])
      it(`${dialect}: "${text}" is no empty list`, async () => {
        office = await openOffice(dialect);
        for (const query of ['members', 'queues'] as const) {
          office.pbx.next({ status: 200, text, type: 'text/plain' });
          await rejects(ask(query), code);
        }
        if (dialect === 'L' && code === 'protocol') return;
        office.pbx.next({ status: 200, text, type: 'text/plain' });
        await rejects(ask('history'), code);
      });

  for (const dialect of ['L', 'V1', 'G1'] satisfies FakeDialect[])
    it(`${dialect}: an answer that is no list is said to be none`, async () => {
      office = await openOffice(dialect);
      for (const query of ['members', 'history'] as const) {
        office.pbx.next({ status: 200, text: '{"hello":"world"}' }, { status: 200, text: '{"hello":"world"}' });
        await rejects(ask(query), 'protocol');
        office.pbx.requests.length = 0;
      }
    });
});
