/** Past calls from the extended statistics (specification 6), with their quirks. */

import assert from 'node:assert/strict';
import { moscowTime } from '../../../lib/providers/mango/history/extended';
import type { Office } from './office';
import { openOffice, passing, rejects } from './office';
import { historyOf, ids, LEG, NOON } from './statistics';

/** A call of the extended statistics: a group of which Jana answers. */
const context = (id: string, more: object = {}) => ({
  entry_id: id,
  context_type: 1,
  context_status: 1,
  caller_number: '70000000001',
  called_number: '70000000099',
  context_start_time: NOON,
  duration: 40,
  talk_duration: 31,
  context_calls: [
    {
      call_type: 'group',
      call_abonent_number: '22',
      members: [
        {
          call_type: 'user',
          call_abonent_number: '102',
          call_abonent_info: 'Ivan',
          call_answer_time: null,
          call_end_reason: 1183,
        },
        {
          call_type: 'user',
          call_abonent_number: '101',
          call_abonent_info: 'Jana',
          call_answer_time: NOON + 9,
          call_end_reason: 1110,
          recording_id: ['UkVDMDAwMDE='],
        },
      ],
    },
    {},
  ],
  ...more,
});

describe('MANGO history', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const extended = (params: Record<string, unknown> = {}) => historyOf(office, { api: 'extended', ...params });

  describe('of the extended statistics', () => {
    it('tells names, groups and recordings', async () => {
      office.pbx.statistics.contexts = [context('E1')];
      const [call] = await extended();
      assert.deepEqual(
        { ...call, reason: null },
        {
          id: 'E1',
          direction: 'inbound',
          state: 'ended',
          from: { number: '70000000001', extension: null, name: null },
          to: { number: null, extension: '101', name: 'Jana' },
          dialed: '70000000099',
          line: '70000000099',
          queue: '22',
          answeredBy: { number: null, extension: '101', name: 'Jana' },
          startedAt: '2025-12-31T12:00:00.000Z',
          answeredAt: '2025-12-31T12:00:09.000Z',
          endedAt: '2025-12-31T12:00:40.000Z',
          waitSeconds: 9,
          talkSeconds: 31,
          disposition: 'answered',
          reason: null,
          tag: null,
          recordings: ['UkVDMDAwMDE='],
        },
      );
    });

    it('asks in Moscow time, with an allowed limit and numbers for identifiers', async () => {
      await extended({
        from: '2025-12-30T21:30:00Z',
        to: '2025-12-31T21:30:00Z',
        limit: 30,
        direction: 'outbound',
        disposition: 'answered',
        user_ids: ['300000001'],
        search_string: '0001',
      });
      assert.deepEqual(office.pbx.last('stats/calls/request'), {
        start_date: '31.12.2025 00:30:00',
        end_date: '01.01.2026 00:30:00',
        limit: 50,
        offset: 0,
        context_type: 2,
        context_status: 1,
        search_string: '0001',
        user_ids: [300000001],
      });
      assert.equal(moscowTime(Date.parse('2025-12-31T23:59:59.999Z')), '01.01.2026 02:59:59');
    });

    it('asks how calls back went only for missed ones, as MANGO wants it', async () => {
      await extended({ direction: 'inbound', answered: false, recall_status: 2 });
      const sent = office.pbx.last('stats/calls/request');
      assert.deepEqual([sent['context_type'], sent['context_status'], sent['recall_status']], [1, 0, 2]);
    });

    it('asks for failed calls by their status', async () => {
      const failed = { context_status: 0, context_calls: null, talk_duration: 0 };
      office.pbx.statistics.contexts = [
        context('E1', failed),
        context('E2', { ...failed, context_start_time: NOON + 1 }),
      ];
      assert.deepEqual(ids(await extended({ answered: false, limit: 1 })), ['E1']);
      const sent = office.pbx.last('stats/calls/request');
      assert.deepEqual([sent['context_status'], sent['limit']], [0, 1], 'exact, so the page may be small');
      await extended({ answered: true });
      assert.equal(office.pbx.last('stats/calls/request')['context_status'], 1);
    });

    it('does not take a half-done result for the whole', async () => {
      office.pbx.statistics.contexts = [context('E1'), context('E2', { context_start_time: NOON + 1 })];
      office.pbx.statistics.statuses = ['204', 'request', 'work'];
      assert.deepEqual(ids(await extended()), ['E2', 'E1']);
    });

    for (const status of ['cancel', 'error', 'not-found'])
      it(`fails when MANGO says ${status}`, async () => {
        office.pbx.statistics.statuses = [status];
        await rejects(extended(), 'unavailable', new RegExp(status));
      });

    it('reads on page by page, and in pieces shorter than 30 days', async () => {
      office.pbx.statistics.contexts = Array.from({ length: 12 }, (_, i) => context(`E${i}`));
      assert.equal((await extended({ limit: 7 })).length, 7);
      assert.equal(office.pbx.last('stats/calls/request')['limit'], 10);
      office.pbx.requests.length = 0;
      assert.equal(
        (await extended({ from: '2025-11-01T00:00:00Z', to: '2025-12-31T00:00:00Z' })).length,
        12,
        'each call once',
      );
      assert.equal(office.pbx.paths.filter((path) => path === 'stats/calls/request').length, 3);
    });

    for (const params of [{ number: '70000000002' }, { extension: '103' }, { disposition: 'no-answer' }])
      it(`reads large pages for a choice that is made here: ${Object.keys(params).join()}`, async () => {
        const unanswered = [{ call_type: 'user', call_abonent_number: '103', call_end_reason: 1111 }];
        const chosen = { caller_number: '70000000002', context_status: 0, context_calls: unanswered, talk_duration: 0 };
        office.pbx.statistics.contexts = Array.from({ length: 120 }, (_, i) =>
          context(`E${i}`, i === 110 ? chosen : {}),
        );
        assert.deepEqual(ids(await extended({ limit: 1, ...params })), ['E110']);
        assert.equal(office.pbx.last('stats/calls/request')['limit'], 5000);
        assert.equal(office.pbx.paths.length, 2);
      });

    it('fails rather than to leave out calls it did not get to', async () => {
      // Not told to be of the wanted direction, though asked for by it.
      office.pbx.statistics.contexts = Array.from({ length: 21 }, (_, i) => context(`E${i}`, { context_type: null }));
      await rejects(extended({ direction: 'inbound', limit: 1 }), 'invalid-argument', /shorter span/);
    });

    it('finds calls by the own number they came in on', async () => {
      office.pbx.statistics.contexts = [context('E1'), context('E2', { called_number: '70000000098' })];
      assert.deepEqual(ids(await extended({ number: '+7 000 000-00-99' })), ['E1']);
      assert.deepEqual(ids(await extended({ called: { number: '70000000099' } })), ['E1']);
      assert.deepEqual(ids(await extended({ caller: { number: '70000000099' } })), []);
    });

    it('survives calls that lack nearly everything', async () => {
      office.pbx.statistics.contexts = [
        { entry_id: 'E1', context_start_time: String(NOON) },
        { context_type: 1 },
        context('E2', {
          context_type: 2,
          caller_number: '101',
          caller_name: 'Jana',
          called_number: '70000000001',
          context_status: 0,
          context_calls: null,
          talk_duration: 0,
        }),
      ];
      const entries = await extended();
      assert.deepEqual(ids(entries).sort(), ['E1', 'E2']);
      const out = entries.find(({ id }) => id === 'E2');
      assert.deepEqual(out?.from, { number: null, extension: '101', name: 'Jana' });
      assert.equal(out?.disposition, 'unknown');
      assert.equal(entries.find(({ id }) => id === 'E1')?.direction, 'unknown');
      assert.equal(office.account.status.counters.malformed, 1);
    });

    it('ends with the account', async () => {
      office.pbx.statistics.statuses = Array.from({ length: 50 }, () => 'work');
      const asked = office.account.execute({ command: 'query', query: 'history', params: { api: 'extended' } });
      await office.until('the request', () => office.pbx.paths.length > 0);
      await office.account.close();
      await rejects(asked, 'not-connected');
      assert.equal(office.clock.pending, 0);
    });
  });

  it('comes with the words of MANGO, such as the data of the contact centre', async () => {
    const asked = (params: object) =>
      passing(office.clock, office.account.execute({ command: 'query', query: 'history', params: { ...params } }));
    const withConversion = context('E1', { conversion: { conversion_id: 7 } });
    office.pbx.statistics.contexts = [context('E0', { context_start_time: NOON + 1 }), withConversion];
    const { raw } = await asked({ api: 'extended', ext_params: 1, limit: 1, number: '70000000001' });
    assert.deepEqual(
      (raw as { entry_id: string }[]).map(({ entry_id }) => entry_id),
      ['E0'],
    );
    const all = (await asked({ api: 'extended', ext_params: 1 })).raw;
    assert.deepEqual((all as object[])[1], withConversion);
    office.pbx.statistics.table = [LEG];
    assert.deepEqual((await asked({})).raw, [`${LEG}\r\n`]);
  });
});
