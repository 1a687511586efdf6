import assert from 'node:assert/strict';
import type { NodeStatus } from 'node-red';
import { VirtualClock } from '../../lib/index';
import { StatusLine } from '../../nodes/shared/status-line';
import { Ticker } from '../../nodes/shared/ticker';

const MINUTE = 60_000;
const UP: NodeStatus = { fill: 'green', shape: 'dot', text: 'common.status.connected' };
const DOWN: NodeStatus = { fill: 'red', shape: 'ring', text: 'common.status.refused' };

describe('status line', () => {
  let clock: VirtualClock;
  let ticker: Ticker;
  let shown: NodeStatus[];
  let line: StatusLine;
  const texts = () => shown.map(({ text }) => text);

  beforeEach(() => {
    clock = new VirtualClock();
    ticker = new Ticker(clock);
    shown = [];
    const words: Record<string, string> = { minutes: 'min', hours: 'h', days: 'd' };
    line = new StatusLine(
      (status) => shown.push(status),
      (key, values) => `${values?.['count']} ${words[key.split('.').at(-1) ?? '']}`,
      ticker,
    );
  });

  it('shows the connection until something happens', () => {
    line.connection(UP, true);
    assert.deepEqual(shown, [UP]);
    assert.equal(clock.pending, 0, 'nothing to wait for');
  });

  it('tells the age of the last event in ever longer steps', () => {
    line.connection(UP, true);
    line.event('call.answer');
    clock.advance(3 * 24 * 60 * MINUTE);
    assert.deepEqual(texts().slice(1, 6), [
      'call.answer',
      'call.answer · 1 min',
      'call.answer · 2 min',
      'call.answer · 3 min',
      'call.answer · 5 min',
    ]);
    assert.equal(texts().at(-1), 'call.answer · 3 d');
    assert.ok(shown.length < 45, `${shown.length} changes in three days`);
  });

  it('thins out a burst: at most one change a second, and the last event wins', () => {
    line.connection(UP, true);
    clock.advance(5_000);
    for (let index = 0; index < 1_000; index++) {
      line.event(index === 999 ? 'call.end' : 'call.ringing');
      clock.advance(3);
    }
    clock.advance(1_000);
    assert.ok(shown.length <= 6, `${shown.length} changes in three seconds`);
    assert.equal(texts().at(-1), 'call.end');
  });

  it('a lost connection shows at once and hides the last event', () => {
    line.connection(UP, true);
    line.event('call.begin');
    line.connection(DOWN, false);
    assert.deepEqual(shown.at(-1), DOWN);
    line.connection(UP, true);
    assert.equal(texts().at(-1), 'call.begin');
  });

  it('a lost connection shows also while a command waits for its end', () => {
    line.connection(UP, true);
    line.busy('talking');
    line.connection(DOWN, false);
    assert.deepEqual(shown.at(-1), DOWN);
    line.connection(UP, true);
    assert.equal(texts().at(-1), 'talking');
    line.connection(DOWN, false);
    line.outcome('red', 'common.error.uncertain');
    assert.equal(texts().at(-1), 'common.error.uncertain');
  });

  it('the outcome of a command gives way to the connection after ten seconds', () => {
    line.connection(UP, true);
    line.busy('ringing 22');
    clock.advance(60 * MINUTE);
    assert.equal(texts().at(-1), 'ringing 22', 'as long as it takes');
    line.outcome('red', 'common.error.rejected');
    assert.deepEqual(shown.at(-1), { fill: 'red', shape: 'ring', text: 'common.error.rejected' });
    clock.advance(10_000);
    assert.deepEqual(shown.at(-1), UP);
    assert.equal(clock.pending, 0);
  });

  it('the same text is not sent twice', () => {
    line.connection(UP, true);
    line.connection({ ...UP }, true);
    assert.equal(shown.length, 1);
  });

  it('many lines have one timer between them, and none after their close', () => {
    const lines = Array.from({ length: 50 }, () => new StatusLine(() => {}, String, ticker));
    for (const each of lines) {
      each.connection(UP, true);
      each.event('call.begin');
    }
    assert.equal(clock.pending, 1);
    for (const each of lines) each.close();
    assert.equal(clock.pending, 0);
    assert.equal(ticker.size, 0);
  });
});
