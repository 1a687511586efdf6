/** How the fields of command nodes are read, and what command comes of them. */

import assert from 'node:assert/strict';
import type { Call } from '../../lib/index';
import { CommandBench } from './command-bench';
import type { Caught } from './command-bench';
import { helper, nodeOf, startServer, stopServer } from './flows';

describe('command nodes', () => {
  let bench: CommandBench;
  before(startServer);
  after(stopServer);
  beforeEach(() => {
    bench = new CommandBench();
  });
  afterEach(() => helper.unload());

  describe('fields', () => {
    it('come from the form', async () => {
      await bench.run('pbx-call', {
        from: '22',
        to: '0900123456',
        callerId: '0220',
        tag: 'order 7',
        timeout: '20',
        timeoutType: 'num',
      });
      bench.send({ payload: 'anything' });
      await bench.out.one();
      assert.deepEqual(bench.pbx.commands, [
        {
          command: 'call',
          from: '22',
          to: '0900123456',
          callerId: '0220',
          tag: 'order 7',
          timeout: 20,
          replyWhen: 'accepted',
        },
      ]);
    });

    it('a property of the same name in msg.payload wins', async () => {
      await bench.run('pbx-call', { from: '22', to: '0900123456', tag: 'of the form' });
      bench.send({ payload: { to: '0911222333', tag: '' } });
      await bench.out.one();
      const [command] = bench.pbx.commands as { from: string; to: string; tag: string }[];
      assert.deepEqual([command?.from, command?.to, command?.tag], ['22', '0911222333', 'of the form']);
    });

    it('only own properties of the payload count', async () => {
      await bench.run('pbx-action', { request: '{"Action":"Ping"}', requestType: 'json' });
      bench.send({ payload: Object.create({ request: { Action: 'Command' } }) as object });
      await bench.out.one();
      assert.deepEqual(bench.pbx.commands, [{ command: 'action', request: { Action: 'Ping' } }]);
    });

    const sources: [string, string, string][] = [
      ['str', '23', '23'],
      ['num', '23', '23'],
      ['msg', 'who', '31'],
      ['msg', 'deep.down.there', ''],
      ['env', 'PBX_TEST_TARGET', '41'],
      ['jsonata', '"5" & who', '531'],
      ['flow', 'who', '51'],
      ['global', 'who', '61'],
    ];
    for (const [type, value, expected] of sources)
      it(`come from ${type} ${value}`, async () => {
        process.env['PBX_TEST_TARGET'] = '41';
        await bench.run('pbx-call', { from: '22', to: value, toType: type });
        nodeOf('node').context().flow.set('who', '51');
        nodeOf('node').context().global.set('who', '61');
        bench.send({ payload: null, who: 31 });
        if (expected === '') {
          assert.match(((await bench.caught.one()) as unknown as Caught).error.message, /"to" is missing/);
          return;
        }
        await bench.out.one();
        assert.equal((bench.pbx.commands[0] as { to: string }).to, expected);
        delete process.env['PBX_TEST_TARGET'];
      });

    it('a party of a call is as good as its number', async () => {
      await bench.run('pbx-call', { from: '22', to: 'payload', toType: 'msg' });
      bench.send({
        payload: {
          from: { number: '+421', extension: '23', name: 'Ivan' },
          to: { number: '0900123456', extension: null },
        },
      });
      await bench.out.one();
      const { from, to } = bench.pbx.commands[0] as { from: string; to: string };
      assert.deepEqual([from, to], ['23', '0900123456']);
    });

    describe('of a call in msg.payload', () => {
      const call = {
        id: 'c7',
        direction: 'inbound',
        startedAt: '2026-01-05T10:00:00.000Z',
        from: { number: '+421900123456', extension: null },
        to: { number: null, extension: '22' },
        tag: 'of the call',
      };

      it('give way to the form', async () => {
        await bench.run('pbx-redirect', { call: 'payload', callType: 'msg', to: '24' });
        bench.send({ payload: call });
        await bench.out.one();
        assert.deepEqual(bench.pbx.commands, [{ command: 'redirect', call: 'c7', to: '24' }]);
      });

      it('can be chosen in the form', async () => {
        await bench.run('pbx-call', { from: '21', to: 'payload.from', toType: 'msg', tag: 'back' });
        bench.send({ payload: call });
        await bench.out.one();
        const { from, to, tag } = bench.pbx.commands[0] as { from: string; to: string; tag: string };
        assert.deepEqual([from, to, tag], ['21', '+421900123456', 'back']);
      });

      it('stand in where the form says nothing', async () => {
        await bench.run('pbx-call', { to: 'payload', toType: 'msg' });
        bench.send({ payload: call });
        await bench.out.one();
        const { from, to } = bench.pbx.commands[0] as { from: string; to: string };
        assert.deepEqual([from, to], ['+421900123456', '22']);
      });
    });

    describe('a call is given by', () => {
      const call = { id: 'c7', state: 'ringing', from: {} } as unknown as Call;
      const given: [string, unknown][] = [
        ['its id', 'c7'],
        ['a call object', call],
        ["an event's payload", { type: 'call.begin', id: 'c7/call.begin', call }],
        ["the id in an object's call", { call: 'c7' }],
        ['the answer of make call', { command: 'call', call, reference: 'r', result: null }],
      ];
      for (const [name, payload] of given)
        it(name, async () => {
          await bench.run('pbx-hangup', { call: 'payload', callType: 'msg' });
          bench.send({ payload });
          await bench.out.one();
          assert.deepEqual(bench.pbx.commands, [{ command: 'hangup', call: 'c7' }]);
        });
    });
  });

  describe('each node makes its command', () => {
    const cases: [string, Record<string, unknown>, unknown, Record<string, unknown>][] = [
      ['pbx-hangup', { call: 'c1' }, null, { command: 'hangup', call: 'c1' }],
      [
        'pbx-redirect',
        { call: 'payload', callType: 'msg', to: '23' },
        'c1',
        { command: 'redirect', call: 'c1', to: '23' },
      ],
      [
        'pbx-transfer',
        { call: 'c1', to: '23', mode: 'attended', by: '22' },
        null,
        { command: 'transfer', call: 'c1', to: '23', mode: 'attended', by: '22' },
      ],
      ['pbx-transfer', { call: 'c1', to: '23' }, null, { command: 'transfer', call: 'c1', to: '23', mode: 'blind' }],
      [
        'pbx-sms',
        { to: '0900123456', text: 'payload', textType: 'msg', from: '0220' },
        'Line one\nline two',
        { command: 'sms', to: '0900123456', text: 'Line one\nline two', from: '0220' },
      ],
      [
        'pbx-recording',
        { action: 'start', call: 'payload', callType: 'msg' },
        'c1',
        { command: 'recording', action: 'start', call: 'c1' },
      ],
      [
        'pbx-recording',
        {
          action: 'fetch',
          call: 'payload',
          callType: 'msg',
          recording: 'payload',
          recordingType: 'msg',
          folder: '/tmp',
        },
        { type: 'recording.available', recording: { id: 'r1' }, call: null },
        { command: 'recording', action: 'fetch', recording: 'r1', folder: '/tmp' },
      ],
      [
        'pbx-recording',
        { action: 'link', recording: 'r1', folder: '/tmp', expires: '3600', expiresType: 'num' },
        null,
        { command: 'recording', action: 'link', recording: 'r1', expires: '3600' },
      ],
      [
        'pbx-recording',
        { action: 'link', recording: 'payload', recordingType: 'msg', expires: '60' },
        { id: 'r1', expires: new Date('2026-12-31T00:00:00Z') },
        { command: 'recording', action: 'link', recording: 'r1', expires: '2026-12-31T00:00:00.000Z' },
      ],
      [
        'pbx-recording',
        { action: 'fetch', recording: 'r1', expires: '60' },
        null,
        { command: 'recording', action: 'fetch', recording: 'r1' },
      ],
      [
        'pbx-query',
        { query: 'members', params: '{}', paramsType: 'json' },
        null,
        { command: 'query', query: 'members', params: {} },
      ],
      [
        'pbx-query',
        { query: 'members' },
        { query: 'history', params: { limit: 5 } },
        { command: 'query', query: 'history', params: { limit: 5 } },
      ],
      [
        'pbx-action',
        { request: 'payload', requestType: 'msg' },
        { Action: 'Ping' },
        { command: 'action', request: { Action: 'Ping' } },
      ],
    ];
    for (const [type, fields, payload, expected] of cases)
      it(`${type} ${JSON.stringify(expected)}`, async () => {
        await bench.run(type, fields);
        bench.send({ payload });
        await bench.out.one();
        assert.deepEqual(bench.pbx.commands, [expected]);
      });
  });
});
