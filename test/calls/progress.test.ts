/** Hold, transfer, digits, details: what happens in a call, told once each. */

import assert from 'node:assert/strict';
import type { Emission } from '../../lib/calls';
import { answers, begin, ends, leaves, record, rings } from './record';

const by = (emission: Emission) => (emission.kind === 'call' ? emission.by : undefined);
const transfer = (extension: string) =>
  ({ fact: 'call.transfer', call: 'A', mode: 'blind', to: { extension } }) as const;

describe('call tracker: in the call', () => {
  it('hold and resume are told once however often they are stated', () => {
    const { say, topics, call } = record();
    const hold = { fact: 'call.hold', call: 'A', by: { extension: '21' } } as const;
    const resume = { fact: 'call.resume', call: 'A' } as const;
    say(begin('A'), answers('A', '21'), hold, hold);
    assert.equal(call('A').state, 'held');
    say(resume, resume, hold);
    assert.deepEqual(topics().slice(2), ['call.hold', 'call.resume', 'call.hold']);
  });

  it('a call that nobody answered cannot be held', () => {
    const { say, topics } = record();
    say(begin('A'), rings('A', '21'), { fact: 'call.hold', call: 'A' });
    assert.ok(!topics().includes('call.hold'));
  });

  it('who held it is told, or null when nobody knows', () => {
    const { say, last } = record();
    say(begin('A'), answers('A', '21'), { fact: 'call.hold', call: 'A', by: { extension: '21' } });
    assert.equal(by(last('call.hold').emission)?.extension, '21');
    say({ fact: 'call.resume', call: 'A' });
    assert.equal(by(last('call.resume').emission), null);
  });

  it('every press of a key is an event of its own', () => {
    const { say, told, topics } = record();
    say(begin('A'), answers('A', '21'));
    for (const digits of ['1', '1', '#']) say({ fact: 'call.dtmf', call: 'A', digits });
    assert.equal(topics().filter((topic) => topic === 'call.dtmf').length, 3);
    assert.equal(new Set(told.map(({ id }) => id)).size, told.length);
  });

  it('a transfer moves whom the call is for, and not who answered it', () => {
    const { say, call, last } = record();
    say(begin('A'), answers('A', '21'), {
      fact: 'call.transfer',
      call: 'A',
      mode: 'blind',
      by: { extension: '21' },
      to: { extension: '22', name: 'Ivan' },
    });
    assert.deepEqual(call('A').to, { number: null, extension: '22', name: 'Ivan' });
    assert.equal(call('A').answeredBy?.extension, '21');
    const { emission } = last('call.transfer');
    assert.ok(emission.kind === 'call');
    assert.deepEqual(emission.transfer, {
      mode: 'blind',
      by: { number: null, extension: '21', name: null },
      to: { number: null, extension: '22', name: 'Ivan' },
    });
  });

  it('a transfer stated twice is told once, and back and forth is told each time', () => {
    const { say, clock, topics } = record();
    say(begin('A'), answers('A', '21'), transfer('22'), transfer('22'));
    assert.equal(topics().filter((topic) => topic === 'call.transfer').length, 1);
    clock.advance(1_000);
    say(transfer('21'));
    clock.advance(1_000);
    say(transfer('22'));
    assert.equal(topics().filter((topic) => topic === 'call.transfer').length, 3);
  });

  it('after a transfer the next answer changes whom the call is for, without a second call.answer', () => {
    const { say, call, topics } = record();
    say(begin('A'), answers('A', '21'));
    say({ fact: 'call.transfer', call: 'A', mode: 'blind', to: { number: '500' } }, leaves('A', '21'));
    say(rings('A', '23'), answers('A', '23'));
    assert.equal(call('A').to.extension, '23');
    assert.equal(topics().filter((topic) => topic === 'call.answer').length, 1);
    assert.equal(call('A').state, 'answered');
  });

  it('a transfer ends the hold', () => {
    const { say, call } = record();
    say(begin('A'), answers('A', '21'), { fact: 'call.hold', call: 'A' });
    say({ fact: 'call.transfer', call: 'A', mode: null, to: { extension: '22' } });
    assert.equal(call('A').state, 'answered');
  });

  it('a transfer to a place where calls are parked does not, whichever is told first', () => {
    const { say, call, topics } = record();
    say(begin('A'), answers('A', '21'), { fact: 'call.hold', call: 'A' });
    say({ fact: 'call.transfer', call: 'A', mode: 'blind', to: { extension: '700' }, held: true });
    assert.equal(call('A').state, 'held');
    say({ fact: 'call.resume', call: 'A', by: { extension: '22' } });
    assert.equal(topics().at(-1), 'call.resume');
  });

  it('details add up; what is known is not forgotten', () => {
    const { say, call } = record();
    const update = (details: object) => say({ fact: 'call.update', call: 'A', details });
    say(begin('A'));
    update({ from: { name: 'Eva' }, line: 'trunk' });
    update({ from: {}, direction: 'unknown', dialed: '' });
    assert.deepEqual(call('A').from, { number: '+421900123456', extension: null, name: 'Eva' });
    assert.deepEqual([call('A').line, call('A').direction, call('A').dialed], ['trunk', 'inbound', '0220282028']);
  });

  it('another number is another person: the old name goes', () => {
    const { say, call } = record();
    say(begin('A'), { fact: 'call.update', call: 'A', details: { to: { extension: '21', name: 'Jana' } } });
    say({ fact: 'call.update', call: 'A', details: { to: { extension: '22' } } });
    assert.deepEqual(call('A').to, { number: null, extension: '22', name: null });
  });

  it('a phone that is tried again rings again, under another id', () => {
    const { say, clock, told } = record();
    say(begin('A'), rings('A', '21'), rings('A', '21'));
    clock.advance(10_000);
    say(leaves('A', '21'), rings('A', '22'), leaves('A', '22'), rings('A', '21'));
    const ringing = told.filter(({ topic }) => topic === 'call.ringing').map(({ id }) => id);
    assert.equal(ringing.length, 3);
    assert.equal(new Set(ringing).size, 3);
  });

  it('event ids are the same when the same is heard by another run', () => {
    const runs = [1, 2].map(() => {
      const { say, told } = record();
      say(begin('A'), rings('A', '21'), answers('A', '21'), { fact: 'call.hold', call: 'A' }, ends('A'));
      return told.map(({ id }) => id);
    });
    assert.deepEqual(runs[0], runs[1]);
    assert.equal(new Set(runs[0]).size, runs[0]?.length);
  });

  it('what is inferred is told so', () => {
    const { say, told } = record();
    say(
      { ...begin('A'), inferred: true },
      { ...rings('A', '21'), inferred: true },
      { ...answers('A', '21'), inferred: true },
    );
    say({ ...ends('A'), inferred: true });
    assert.deepEqual(
      told.map(({ inferred }) => inferred),
      [true, true, true, true],
    );
  });
});
