/** Who listens for what. */

import assert from 'node:assert/strict';
import type { Topic } from '../../lib/model';
import { normaliser } from '../../lib/numbers';
import { Subscriptions } from '../../lib/subscriptions';
import type { Filter, Traits } from '../../lib/subscriptions';

const NOTHING: Traits = { extensions: [], queues: [], numbers: [], direction: null };

const asked = (): never => assert.fail('asked what the event offers');

describe('subscriptions', () => {
  let subscriptions: Subscriptions;
  beforeEach(() => {
    subscriptions = new Subscriptions(normaliser('SK'));
  });

  /** Whether a listener with this filter gets an event with these traits. */
  const gets = (filter: Partial<Filter>, traits: Partial<Traits>, topic: Topic = 'call.begin'): boolean => {
    const end = subscriptions.add({ topics: ['call.begin'], ...filter }, () => {});
    const found = subscriptions.matching(topic, () => ({ ...NOTHING, ...traits }));
    end();
    assert.ok(found.length <= 1);
    return found.length === 1;
  };

  it('by topic', () => {
    assert.equal(gets({}, {}), true);
    assert.equal(gets({}, {}, 'call.end'), false);
    assert.equal(gets({ topics: ['call.end', 'call.begin', 'call.begin'] }, {}), true);
    assert.equal(gets({ topics: [] }, {}), false);
  });

  it('without asking what the event offers, when nobody chooses by it', () => {
    const ends = [
      subscriptions.add({ topics: ['call.begin'] }, () => {}),
      subscriptions.add({ topics: ['call.begin'], extensions: [], queues: [], numbers: [' '] }, () => {}),
      subscriptions.add({ topics: ['call.end'], direction: 'inbound' }, () => {}),
    ];
    assert.equal(subscriptions.matching('call.begin', asked).length, 2);
    assert.equal(subscriptions.matching('call.answer', asked).length, 0);
    for (const end of ends) end();
    assert.equal(subscriptions.matching('call.begin', asked).length, 0);
  });

  it('by extension, any of several, whoever of the call it is', () => {
    const filter = { extensions: ['21', '22'] };
    assert.equal(gets(filter, { extensions: [null, '22'] }), true);
    assert.equal(gets(filter, { extensions: ['21', '22'] }), true);
    assert.equal(gets(filter, { extensions: ['2', '211', null, undefined] }), false);
    assert.equal(gets({ extensions: [] }, { extensions: [] }), true);
  });

  it('by queue', () => {
    assert.equal(gets({ queues: ['500'] }, { queues: ['500', 'sales'] }), true);
    assert.equal(gets({ queues: ['500'] }, { queues: [null] }), false);
  });

  it('by direction', () => {
    assert.equal(gets({ direction: 'inbound' }, { direction: 'inbound' }), true);
    assert.equal(gets({ direction: 'inbound' }, { direction: 'outbound' }), false);
    assert.equal(gets({ direction: 'inbound' }, { direction: null }), false);
  });

  it('by number, exact or with a wildcard, in any spelling of the filter', () => {
    const traits = { numbers: ['0900123456', '+421900123456'] };
    for (const number of ['+421900123456', '0900123456', '0900 123 456', '00421900123456', '+421*', '*456', '09*'])
      assert.equal(gets({ numbers: [number] }, traits), true, number);
    for (const number of ['+421900123457', '900', '+420*'])
      assert.equal(gets({ numbers: [number] }, traits), false, number);
    assert.equal(gets({ numbers: ['+420*', '0900123456'] }, traits), true, 'any of several');
    assert.equal(gets({ numbers: ['', ' '] }, traits), true, 'an empty filter is none');
  });

  it('all filters together must hold', () => {
    const filter = { extensions: ['21'], queues: ['500'], numbers: ['+421*'], direction: 'inbound' } as const;
    const traits: Traits = { extensions: ['21'], queues: ['500'], numbers: ['+421900'], direction: 'inbound' };
    assert.equal(gets(filter, traits), true);
    for (const missing of ['extensions', 'queues', 'numbers', 'direction'] as const)
      assert.equal(gets(filter, { ...traits, [missing]: NOTHING[missing] }), false, missing);
  });

  it('without a listener for the topic nothing is worked out at all', () => {
    subscriptions.add({ topics: ['call.end'] }, () => {});
    assert.deepEqual(
      subscriptions.matching('call.begin', () => assert.fail()),
      [],
    );
  });

  it('a thousand listeners for other extensions are not looked at', () => {
    let looks = 0;
    for (let number = 0; number < 1_000; number++) {
      const extensions = [`9${number}`];
      subscriptions.add({ topics: ['call.begin'], extensions }, () => {});
    }
    const offered = new Proxy(['21'], {
      get(target, key, receiver) {
        if (key === 'some') looks++;
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    assert.deepEqual(
      subscriptions.matching('call.begin', () => ({ ...NOTHING, extensions: offered })),
      [],
    );
    assert.equal(looks, 0);
  });

  it('tell which topics are wanted', () => {
    const ends = [
      subscriptions.add({ topics: ['call.begin', 'raw'] }, () => {}),
      subscriptions.add({ topics: ['raw'], queues: ['500'], raw: true }, () => {}),
    ];
    assert.deepEqual(
      [subscriptions.wants('raw'), subscriptions.wants('call.end'), subscriptions.rawWanted, subscriptions.size],
      [true, false, true, 2],
    );
    ends[0]?.();
    assert.deepEqual([subscriptions.wants('raw'), subscriptions.wants('call.begin')], [true, false]);
    ends[1]?.();
    assert.deepEqual([subscriptions.wants('raw'), subscriptions.rawWanted, subscriptions.size], [false, false, 0]);
  });

  it('ending one leaves the others, and ending twice is nothing', () => {
    const add = () => subscriptions.add({ topics: ['call.begin'], extensions: ['21'] }, () => {});
    const [one] = [add(), add()];
    one?.();
    one?.();
    assert.equal(subscriptions.matching('call.begin', () => ({ ...NOTHING, extensions: ['21'] })).length, 1);
  });

  it('a filter that its owner changes later is still taken out where it was put in', () => {
    const filter = { topics: ['call.begin'] as Topic[], extensions: ['21'] };
    const end = subscriptions.add(filter, () => {});
    filter.extensions[0] = '22';
    filter.topics[0] = 'call.end';
    end();
    assert.equal(subscriptions.size, 0);
  });
});
