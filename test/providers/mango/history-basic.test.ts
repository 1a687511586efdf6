/** Past calls from the basic statistics (specification 6), with their quirks. */

import assert from 'node:assert/strict';
import type { HistoryEntry } from '../../../lib/index';
import { rowsOf } from '../../../lib/providers/mango/history/table';
import type { Office } from './office';
import { openOffice, rejects } from './office';
import { historyOf, ids, LEG, NOON } from './statistics';

const DAY_MS = 86_400_000;
const leg = (id: string, start: number, sides: string, reason: number, answer = 0) =>
  `[];${start};${start + 5};${answer};${sides};${reason};70000000099;abonent;${id}`;
const row = (id: string, [start, finish]: [number, number], to: string, reason: number, answer = 0) =>
  `[];${NOON + start};${NOON + finish};${answer};;70000000001;${to};;${reason};70000000099;abonent;${id}`;

describe('MANGO history', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const history = (params: Record<string, unknown> = {}) => historyOf(office, params);

  describe('of the basic statistics', () => {
    it('is one call for the legs of one, with its times, sides and recordings', async () => {
      office.pbx.statistics.table = [
        `[];${NOON - 10};${NOON};0;;70000000001;;;1100;70000000099;ivr;E1`,
        LEG,
        `[UkVDMDAwMDI=,UkVDMDAwMDE=];${NOON + 62};${NOON + 70};${NOON + 63};;70000000001;102;;1110;70000000099;abonent;E1`,
      ];
      const [call, ...others] = await history();
      assert.deepEqual(others, []);
      assert.deepEqual(call, {
        id: 'E1',
        direction: 'inbound',
        state: 'ended',
        from: { number: '70000000001', extension: null, name: null },
        to: { number: null, extension: '101', name: null },
        dialed: '70000000099',
        line: '70000000099',
        queue: null,
        answeredBy: { number: null, extension: '101', name: null },
        startedAt: '2025-12-31T11:59:50.000Z',
        answeredAt: '2025-12-31T12:00:08.000Z',
        endedAt: '2025-12-31T12:01:10.000Z',
        waitSeconds: 18,
        talkSeconds: 62,
        disposition: 'answered',
        reason: { code: '1110', text: 'ended by the caller' },
        tag: null,
        recordings: ['UkVDMDAwMDE=', 'UkVDMDAwMDI='],
      });
    });

    it('asks with true Unix seconds in texts and columns in one text', async () => {
      await history({ from: '2025-12-30T00:00:00Z', to: new Date('2025-12-31T00:00:00Z'), number: '+7 000 000-00-01' });
      const { request_id, ...sent } = office.pbx.last('stats/request');
      assert.deepEqual(sent, {
        date_from: '1767052800',
        date_to: '1767139200',
        fields:
          'records,start,finish,answer,from_extension,from_number,to_extension,to_number,disconnect_reason,line_number,location,entry_id',
        call_party: { number: '70000000001' },
      });
      assert.equal(typeof request_id, 'string');
    });

    it('may be asked for one side', async () => {
      await history({ caller: { extension: '101' }, called: { number: '70000000001' } });
      assert.deepEqual(office.pbx.last('stats/request')['from'], { extension: '101' });
      assert.deepEqual(office.pbx.last('stats/request')['to'], { number: '70000000001' });
      await rejects(history({ caller: { extension: '101' }, extension: '102' }), 'invalid-argument', /either side/);
    });

    it('is looked for again while it is not ready, every five seconds', async () => {
      office.pbx.statistics.notReady = 2;
      office.pbx.statistics.table = [LEG];
      assert.deepEqual(ids(await history()), ['E1']);
      const times = office.pbx.requests.filter(({ path }) => path === 'stats/result').map(({ at }) => at);
      assert.equal(times.length, 3);
      assert.ok((times[2] ?? 0) - (times[1] ?? 0) >= 4_000);
    });

    for (const path of ['/result/stat', '/result/stats'])
      it(`is looked for at once when ${path} says so`, async () => {
        office.pbx.statistics.table = [LEG];
        const asked = office.account.execute({ command: 'query', query: 'history' });
        await office.until('the request', () => office.pbx.paths.length === 1);
        const { request_id } = office.pbx.last('stats/request');
        await office.pbx.post(path, { key: 'whatever', request_id });
        const { payload } = await asked;
        assert.equal((payload.result as HistoryEntry[]).length, 1);
        assert.equal(office.clock.now(), Date.parse('2026-01-01T00:00:00Z'), 'no time had to pass');
      });

    it('is given up in time when it never gets ready, and when its key is not known', async () => {
      office.pbx.statistics.notReady = 1_000;
      await rejects(history(), 'timeout');
      office.pbx.statistics.notReady = 0;
      office.pbx.next('stats/result', { status: 404 });
      await rejects(history(), 'not-found');
    });

    it('longer than a month is asked for in pieces, the newest first, as many as are needed', async () => {
      office.pbx.statistics.table = [LEG];
      await history({ from: '2025-10-01T00:00:00Z', to: '2026-01-01T00:00:00Z' });
      const spans = office.pbx.requests
        .filter(({ path }) => path === 'stats/request')
        .map(({ fields }) => [Number(fields['date_from']), Number(fields['date_to'])]);
      assert.equal(spans.length, 4);
      for (const [from = 0, to = 0] of spans) assert.ok(to - from <= 30 * 86_400);
      assert.equal(spans[0]?.[1], Date.parse('2026-01-01T00:00:00Z') / 1000);
      assert.equal(spans[0]?.[0], spans[1]?.[1]);
      const before = office.pbx.paths.length;
      await history({ from: '2025-10-01T00:00:00Z', to: '2026-01-01T00:00:00Z', limit: 1 });
      assert.equal(office.pbx.paths.length - before, 2, 'one piece was enough');
    });

    it('is the newest first, chosen by direction and end, up to the limit', async () => {
      office.pbx.statistics.table = [
        leg('in', NOON, ';70000000001;101;', 1110, NOON + 1),
        leg('missed', NOON + 1, ';70000000001;101;', 1111),
        leg('out', NOON + 2, '101;;;70000000001', 1121),
        leg('inside', NOON + 3, '101;;102;', 1120, NOON + 4),
      ];
      assert.deepEqual(ids(await history()), ['inside', 'out', 'missed', 'in']);
      assert.deepEqual(ids(await history({ direction: 'inbound' })), ['missed', 'in']);
      assert.deepEqual(ids(await history({ disposition: 'busy' })), ['out']);
      assert.deepEqual(ids(await history({ limit: 2 })), ['inside', 'out']);
    });

    it('knows a placed call by its first leg, told the wrong way round', async () => {
      office.pbx.statistics.table = [
        `[];${NOON};${NOON + 5};${NOON + 2};;70000000001;101;;1000;70000000099;abonent;E1`,
        `[];${NOON + 5};${NOON + 9};0;101;;;70000000001;1121;70000000099;abonent;E1`,
      ];
      const [call] = await history();
      assert.equal(call?.direction, 'outbound');
      assert.equal(call?.from.extension, '101');
      assert.equal(call?.to.number, '70000000001');
      assert.equal(call?.disposition, 'busy', 'the own telephone is no answer');
    });

    it('knows it by that leg alone, when only the calls of one side were asked for', async () => {
      office.pbx.statistics.table = [leg('E1', NOON, ';70000000001;101;', 1000, NOON + 2)];
      const [call] = await history({ caller: { number: '70000000001' } });
      assert.equal(call?.direction, 'outbound');
      assert.equal(call?.from.extension, '101');
      assert.equal(call?.to.number, '70000000001');
      assert.equal(call?.dialed, '70000000001');
      assert.equal(call?.answeredAt, null, 'whether the far end answered stands on the other leg');
      assert.equal(call?.disposition, 'unknown');
    });

    it('ends as the leg that ended last, not as the one that began last or lost', async () => {
      office.pbx.statistics.table = [
        row('answered', [0, 60], '101', 1110, NOON + 5),
        row('answered', [1, 5], '102', 1183),
        row('missed', [0, 30], '101', 1110),
        row('missed', [1, 10], '102', 1121),
        row('busy', [0, 9], '101', 1121),
        row('busy', [1, 9], '102', 1183),
      ];
      const ends = (await history()).map(({ id, disposition, reason }) => `${id} ${disposition} ${reason?.code}`);
      assert.deepEqual(ends.sort(), ['answered answered 1110', 'busy busy 1121', 'missed cancelled 1110']);
    });

    it('refuses what MANGO would call wrong', async () => {
      for (const params of [
        { from: '2026-01-02', to: '2026-01-01' },
        { from: 'yesterday' },
        { from: '2024-01-01', to: '2026-01-01' },
        { limit: 0 },
        { limit: 'many' },
        { direction: 'sideways' },
        { disposition: 'fine' },
        { api: 'other' },
        { user_ids: ['Jana'] },
        { search_string: 'ab' },
        { api: 'extended', recall_status: 0 },
        { api: 'extended', recall_status: 0, direction: 'inbound' },
        { api: 'extended', recall_status: 0, direction: 'outbound', answered: false },
      ])
        await rejects(history(params), 'invalid-argument');
      assert.deepEqual(office.pbx.paths, []);
    });
  });

  describe('as a table', () => {
    it('may have either line end, no end, no rows, and rows that are broken', () => {
      assert.equal(rowsOf('').rows.length, 0);
      assert.equal(rowsOf(LEG).rows.length, 1);
      assert.equal(rowsOf(`${LEG}\n${LEG}\r\n\r\n`).rows.length, 2);
      assert.equal(rowsOf(`\uFEFF${LEG}\r\n`).rows[0]?.recordings[0], 'UkVDMDAwMDE=');
      const broken = rowsOf(`${LEG}\r\n<html>\r\n[];x;;;;;;;;;;\r\n;;;\r\n`);
      assert.equal(broken.rows.length, 1);
      assert.equal(broken.unreadable, 3);
    });

    it('may be cut off by columns of a newer edition', () => {
      const [row] = rowsOf(`[];${NOON};0;0;;0511;0101;;;;;;new;newer`).rows;
      assert.equal(row?.from.number, '0511', 'leading zeros stay');
      assert.equal(row?.to.extension, '0101');
      assert.equal(row?.finish, null);
      assert.match(row?.entry ?? '', /0511/, 'one without an id is a call of its own');
    });
  });

  it('without a span is of the last day', async () => {
    await history();
    const { date_from, date_to } = office.pbx.last('stats/request');
    assert.equal((Number(date_to) - Number(date_from)) * 1000, DAY_MS);
  });
});
