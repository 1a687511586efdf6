/** Callers in queues: one join, one leave, and an abandon only for a caller who really gave up. */

import assert from 'node:assert/strict';
import type { QueueFact } from '../../lib/facts';
import { answers, begin, caller, ends, joins, leaves, leavesQueue, record, rings } from './record';
import type { Now, Record } from './record';

const waiting = (): Record => {
  const book = record();
  book.say(begin('A'), caller('A'), joins('A'));
  book.clock.advance(12_000);
  return book;
};
const queueTopics = (book: Record): string[] => book.topics().filter((topic) => topic.startsWith('queue.'));
const reasonOf = (book: Record): unknown => {
  const { emission } = book.last('queue.leave');
  return emission.kind === 'queue' ? emission.reason : undefined;
};

describe('call tracker: queues', () => {
  it('a caller who waits is queued, and the call keeps the queue’s name', () => {
    const book = waiting();
    assert.equal(book.call('A').state, 'queued');
    book.say(leavesQueue('A', 'connected'), answers('A', '21'));
    assert.deepEqual([book.call('A').state, book.call('A').queue], ['answered', '500']);
  });

  it('a waiting caller whose agent rings is ringing', () => {
    const book = waiting();
    book.say(rings('A', '21'));
    assert.equal(book.call('A').state, 'ringing');
    book.say(leaves('A', '21'));
    assert.equal(book.call('A').state, 'queued');
  });

  it('a join or a leave stated twice is told once', () => {
    const book = waiting();
    book.say(joins('A'), leavesQueue('A', 'connected'), leavesQueue('A', 'connected'), leavesQueue('A'));
    assert.deepEqual(queueTopics(book), ['queue.join', 'queue.leave']);
  });

  it('the wait is counted where the PBX does not tell it', () => {
    const book = waiting();
    book.say(leavesQueue('A', 'connected'));
    const { emission } = book.last('queue.leave');
    assert.equal(emission.kind === 'queue' ? emission.queue.waitSeconds : null, 12);
  });

  it('who gives up has left, then abandoned, then the call ends, then it is missed', () => {
    const book = waiting();
    book.say(ends('A', { result: { disposition: 'cancelled' } }));
    assert.deepEqual(book.topics().slice(2), ['queue.leave', 'queue.abandon', 'call.end', 'call.missed']);
    assert.equal(reasonOf(book), 'abandoned');
  });

  it('the same when the PBX says that he left, but not why', () => {
    const book = waiting();
    book.say(leavesQueue('A'), ends('A', { result: { disposition: 'cancelled' } }));
    assert.deepEqual(book.topics().slice(2), ['queue.leave', 'queue.abandon', 'call.end', 'call.missed']);
  });

  it('the same when the PBX tells the abandonment before the leave, or both', () => {
    const abandon: Now<QueueFact> = { fact: 'queue.abandon', call: 'A', queue: { id: '500' } };
    for (const facts of [
      [abandon, leavesQueue('A', 'abandoned')],
      [leavesQueue('A', 'abandoned'), abandon],
      [abandon],
      [abandon, abandon, leavesQueue('A')],
    ]) {
      const book = waiting();
      book.say(...facts, ends('A', { result: { disposition: 'cancelled' } }));
      assert.deepEqual(queueTopics(book), ['queue.join', 'queue.leave', 'queue.abandon']);
      assert.equal(reasonOf(book), 'abandoned');
    }
  });

  for (const [why, title] of [
    ['timeout', 'a queue that gave up on the caller'],
    ['redirected', 'a caller who was sent elsewhere'],
    ['full', 'a queue that was full'],
    ['empty', 'a queue without agents'],
  ] as const)
    it(`${title} is not an abandoned one`, () => {
      const book = waiting();
      book.say(leavesQueue('A', why), ends('A', { result: { disposition: 'cancelled' } }));
      assert.deepEqual(queueTopics(book), ['queue.join', 'queue.leave']);
      assert.equal(reasonOf(book), why);
    });

  it('a reason told later closes the question without another event', () => {
    const book = waiting();
    book.say(leavesQueue('A'), leavesQueue('A', 'timeout'), ends('A', { result: { disposition: 'cancelled' } }));
    assert.deepEqual(queueTopics(book), ['queue.join', 'queue.leave']);
  });

  it('a caller who rings elsewhere after the queue has not given up in it', () => {
    const book = waiting();
    book.say(leavesQueue('A'), rings('A', '30'), ends('A', { result: { disposition: 'cancelled' } }));
    assert.deepEqual(queueTopics(book), ['queue.join', 'queue.leave']);
  });

  it('a caller who was refused has not given up, and nobody knows why he left', () => {
    const book = waiting();
    book.say(ends('A', { result: { disposition: 'rejected' } }));
    assert.deepEqual(queueTopics(book), ['queue.join', 'queue.leave']);
    assert.equal(reasonOf(book), null);
  });

  it('a caller of whom nobody knows what became has not given up', () => {
    const book = waiting();
    book.say(ends('A', { undecided: true, result: { disposition: 'unknown' } }));
    assert.deepEqual(book.topics().slice(1), ['queue.join', 'queue.leave', 'call.end']);
    assert.equal(reasonOf(book), null);
  });

  it('an answered call that ends in the queue was connected', () => {
    const book = waiting();
    book.say(answers('A', '21'), ends('A'));
    assert.deepEqual(queueTopics(book), ['queue.join', 'queue.leave']);
    assert.equal(reasonOf(book), 'connected');
  });

  it('from queue to queue: each is joined and left once', () => {
    const book = waiting();
    book.say(leavesQueue('A', 'timeout'), joins('A', '501'), leavesQueue('A', 'connected', '501'), answers('A', '21'));
    assert.deepEqual(queueTopics(book), ['queue.join', 'queue.leave', 'queue.join', 'queue.leave']);
    assert.equal(book.call('A').queue, '501');
  });

  it('who joins the next queue has left the one before, also when the PBX says so late or never', () => {
    const book = waiting();
    book.say(joins('A', '501'), leavesQueue('A', 'timeout', '500'));
    assert.deepEqual(queueTopics(book), ['queue.join', 'queue.leave', 'queue.join']);
    assert.equal(book.last('queue.leave').inferred, true);
    assert.equal(book.call('A').state, 'queued', 'the late leave is not of the queue he waits in');
  });

  it('twice in the same queue is twice', () => {
    const book = waiting();
    book.say(leavesQueue('A', 'timeout'), joins('A'), ends('A', { result: { disposition: 'cancelled' } }));
    assert.deepEqual(queueTopics(book), ['queue.join', 'queue.leave', 'queue.join', 'queue.leave', 'queue.abandon']);
    assert.equal(new Set(book.told.map(({ id }) => id)).size, book.told.length);
  });

  it('who was answered, transferred into a queue and gives up there has abandoned it', () => {
    const book = record();
    book.say(begin('A'), caller('A'), rings('A', '21'), answers('A', '21'), joins('A'), leaves('A', '21'));
    book.clock.advance(9_000);
    book.say(leavesQueue('A', 'abandoned'), ends('A'));
    assert.deepEqual(book.topics().slice(3), ['queue.join', 'queue.leave', 'queue.abandon', 'call.end']);
    assert.equal(book.call('A').disposition, 'answered');
  });

  it('and has not when somebody took him there', () => {
    const book = record();
    book.say(begin('A'), caller('A'), answers('A', '21'), joins('A'), leaves('A', '21'));
    book.say(leavesQueue('A', 'abandoned'), answers('A', '22'), ends('A'));
    assert.deepEqual(queueTopics(book), ['queue.join', 'queue.leave']);
  });

  it('the wait of a caller who was taken ends then, though his leave is told with the end of the call only', () => {
    const book = waiting();
    book.say(rings('A', '21'), answers('A', '21'));
    book.clock.advance(300_000);
    book.say(ends('A'));
    const { emission } = book.last('queue.leave');
    assert.equal(emission.kind === 'queue' ? emission.queue.waitSeconds : null, 12);
    assert.equal(reasonOf(book), 'connected');
  });

  it('a clock that is set back makes no negative wait', () => {
    const book = waiting();
    book.say({ ...leavesQueue('A', 'timeout'), at: book.clock.now() - 3_600_000 });
    const { emission } = book.last('queue.leave');
    assert.equal(emission.kind === 'queue' ? emission.queue.waitSeconds : null, 0);
  });

  it('a caller who waited before anything was heard of him leaves once', () => {
    const { say, topics } = record();
    say(begin('A'), leavesQueue('A', 'connected'), leavesQueue('A', 'connected'));
    assert.deepEqual(topics(), ['call.begin', 'queue.leave']);
  });

  it('a caller first heard of in the queue has his call.begin first', () => {
    const { say, topics } = record();
    say(joins('A'));
    assert.deepEqual(topics(), ['call.begin', 'queue.join']);
  });

  it('a queue event without a call is passed on', () => {
    const { say, topics, last } = record();
    say({ fact: 'queue.join', queue: { id: '500', waiting: 3 } });
    assert.deepEqual(topics(), ['queue.join']);
    assert.equal(last('queue.join').call, null);
  });

  it('members: told with the call where there is one, and never a call invented for them', () => {
    const { say, topics, last, tracker } = record();
    const member = { extension: '21', name: 'Jana', paused: true };
    say({ fact: 'queue.member.pause', queue: { id: '500' }, member });
    say({ fact: 'queue.member.ringing', queue: { id: '500' }, member, call: 'X' });
    say(begin('A'), { fact: 'queue.member.connect', queue: { id: '500' }, member, call: 'A' });
    assert.deepEqual(topics(), ['queue.member.pause', 'queue.member.ringing', 'call.begin', 'queue.member.connect']);
    assert.equal(last('queue.member.connect').call?.id, 'A');
    assert.equal(tracker.find('X'), undefined);
  });

  it('members: the same message twice is told once, every change of mind is told', () => {
    const { say, topics } = record();
    const member = { extension: '21' };
    const pause = { fact: 'queue.member.pause', queue: { id: '500' }, member } as const;
    const unpause = { fact: 'queue.member.unpause', queue: { id: '500' }, member } as const;
    say(pause, pause, unpause, unpause, pause);
    assert.deepEqual(topics(), ['queue.member.pause', 'queue.member.unpause', 'queue.member.pause']);
  });
});
