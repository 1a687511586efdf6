/** `params` of a history query: what may be asked is the same for every PBX. */

import assert from 'node:assert/strict';
import { concerns, isOfKind, newestFirst, wishOf } from '../../lib/history';
import { NOBODY } from '../../lib/index';
import type { HistoryEntry } from '../../lib/index';

const NOW = Date.parse('2026-05-28T12:00:00Z');
const DAY_MS = 86_400_000;

const entry = (fields: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id: '1',
  direction: 'inbound',
  state: 'ended',
  from: { ...NOBODY, number: '+421900123456' },
  to: { ...NOBODY, extension: '22' },
  dialed: '0220282028',
  line: null,
  queue: null,
  answeredBy: null,
  startedAt: '2026-05-28T11:00:00.000Z',
  answeredAt: null,
  endedAt: null,
  waitSeconds: null,
  talkSeconds: null,
  disposition: 'no-answer',
  reason: null,
  tag: null,
  recordings: [],
  ...fields,
});

describe('history', () => {
  it('without a span is the last day, up to whatever the PBX calls now', () => {
    assert.deepEqual(wishOf({}, NOW), {
      from: NOW - DAY_MS,
      to: null,
      extension: null,
      number: null,
      direction: null,
      disposition: null,
      answered: null,
      limit: 1_000,
    });
    assert.equal(wishOf({ to: '2026-03-02T00:00:00Z' }, NOW).from, Date.parse('2026-03-01T00:00:00Z'));
  });

  it('takes times as ISO 8601, Date and milliseconds, and numbers as texts and texts as numbers', () => {
    const moment = Date.parse('2026-05-28T08:00:00Z');
    for (const from of ['2026-05-28T08:00:00Z', '2026-05-28T10:00:00+02:00', new Date(moment), moment])
      assert.equal(wishOf({ from }, NOW).from, moment);
    const wish = wishOf({ extension: 21, limit: '5' }, NOW);
    assert.deepEqual([wish.extension, wish.limit], ['21', 5]);
  });

  it('takes whether somebody talked, which an end of one kind must not contradict', () => {
    assert.equal(wishOf({ answered: false }, NOW).answered, false);
    assert.equal(wishOf({ answered: 'true', disposition: 'answered' }, NOW).answered, true);
    assert.equal(wishOf({ answered: false, disposition: 'busy' }, NOW).answered, false);
    for (const params of [
      { answered: false, disposition: 'answered' },
      { answered: true, disposition: 'busy' },
      { answered: 'maybe' },
    ])
      assert.throws(() => wishOf(params, NOW), { code: 'invalid-argument' });
    const talked = entry({ disposition: 'answered' });
    assert.deepEqual(
      [talked, entry(), entry({ disposition: 'unknown' })].map((each) =>
        isOfKind(each, wishOf({ answered: false }, NOW)),
      ),
      [false, true, true],
    );
    assert.equal(isOfKind(talked, wishOf({ answered: true }, NOW)), true);
  });

  it('empty fields of a form are no wishes', () => {
    const empty = {
      from: '',
      to: '',
      extension: '',
      number: '',
      direction: '',
      disposition: '',
      answered: '',
      limit: '',
    };
    assert.deepEqual(wishOf(empty, NOW), wishOf({}, NOW));
    assert.deepEqual(wishOf({ from: null, limit: null }, NOW), wishOf({}, NOW));
  });

  for (const [what, params, text] of [
    ['no date', { from: 'yesterday' }, /"from" is no date/],
    ['no date at all', { to: {} }, /"to" is no date/],
    ['an end before the begin', { from: '2026-03-02', to: '2026-03-01' }, /before/],
    ['a begin in the future', { from: NOW + 1 }, /before/],
    ['more than a year', { from: 0 }, /a year/],
    ['a limit of nothing', { limit: 0 }, /"limit".*1 to 50000/],
    ['half a call', { limit: 1.5 }, /"limit"/],
    ['a direction that is none', { direction: 'up' }, /inbound, outbound, internal/],
    ['a disposition that is none', { disposition: 'missed' }, /no-answer/],
  ] as const)
    it(`refuses ${what}, in words`, () => {
      assert.throws(() => wishOf(params, NOW), { code: 'invalid-argument', message: text });
    });

  it('finds an extension on any side', () => {
    const wish = wishOf({ extension: '22' }, NOW);
    assert.ok(concerns(entry(), wish));
    assert.ok(concerns(entry({ to: NOBODY, answeredBy: { ...NOBODY, extension: '22' } }), wish));
    assert.ok(!concerns(entry({ to: { ...NOBODY, extension: '222' } }), wish));
  });

  it('finds a number however it is written, also the one that was dialled', () => {
    for (const number of ['+421 900 123 456', '421900123456', '02/2028 2028'])
      assert.ok(concerns(entry(), wishOf({ number }, NOW)), number);
    assert.ok(!concerns(entry(), wishOf({ number: '+421900123457' }, NOW)));
    assert.ok(
      !concerns(entry({ from: { ...NOBODY, number: 'sip:bob@b.sk' } }), wishOf({ number: 'sip:eva@e.sk' }, NOW)),
    );
    assert.ok(!concerns(entry({ from: NOBODY, dialed: null }), wishOf({ number: '1' }, NOW)));
  });

  it('tells directions and dispositions apart', () => {
    assert.ok(isOfKind(entry(), wishOf({ direction: 'inbound', disposition: 'no-answer' }, NOW)));
    assert.ok(!isOfKind(entry(), wishOf({ direction: 'outbound' }, NOW)));
    assert.ok(!isOfKind(entry(), wishOf({ disposition: 'answered' }, NOW)));
  });

  it('has the newest first', () => {
    const days = ['2026-05-27', '2026-05-29', '2026-05-28'].map((startedAt) => entry({ startedAt }));
    assert.deepEqual(
      newestFirst(days, 2).map(({ startedAt }) => startedAt),
      ['2026-05-29', '2026-05-28'],
    );
  });
});
