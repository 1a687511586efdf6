/** The way of a command: checked, in its turn, sent once, answered once. */

import assert from 'node:assert/strict';
import { PbxError } from '../../lib/index';
import type { Command, PbxErrorCode } from '../../lib/index';
import { openDesk, settled } from './desk';
import type { Desk, DeskOptions } from './desk';

const CALL: Command = { command: 'call', from: '21', to: '+421900123456' };
const SMS: Command = { command: 'sms', to: '+421900123456', text: 'hello' };

describe('account: commands', () => {
  let desk: Desk;
  const open = (options: DeskOptions = {}): Desk => (desk = openDesk(options));
  afterEach(() => desk.close());

  const refused = async (command: Command, code: PbxErrorCode, message: RegExp) => {
    const before = desk.sent.length;
    await assert.rejects(desk.account.execute(command), { name: 'PbxError', code, message });
    assert.equal(desk.sent.length, before, 'nothing may reach the provider');
  };

  describe('are checked before anything is sent', () => {
    it('what the PBX cannot do', async () => {
      open({
        capabilities: {
          call: true,
          callFromGroup: false,
          hangup: false,
          redirect: false,
          transfer: ['blind'],
          sms: false,
          recording: ['link'],
          queries: ['calls'],
          action: false,
        },
      });
      await refused({ ...CALL, from: 'group:500' }, 'not-supported', /Fake PBX cannot call from a group/);
      await refused({ command: 'hangup', call: 'A' }, 'not-supported', /cannot hang up/);
      await refused({ command: 'redirect', call: 'A', to: '22' }, 'not-supported', /cannot redirect/);
      await refused({ command: 'transfer', call: 'A', to: '22', mode: 'attended' }, 'not-supported', /attended/);
      await refused(SMS, 'not-supported', /text messages/);
      await refused({ command: 'recording', action: 'start', call: 'A' }, 'not-supported', /start recordings/);
      await refused(
        { command: 'recording', action: 'link', recording: 'r1', expires: '60' },
        'not-supported',
        /choose when a link ends/,
      );
      await refused({ command: 'query', query: 'history' }, 'not-supported', /list history/);
      await refused({ command: 'action', request: {} }, 'not-supported', /raw requests/);
      await refused({ command: 'dance' } as never, 'not-supported', /dance/);
    });

    it('arguments that are missing, too long, of the wrong kind, or could begin a new line on a wire', async () => {
      open();
      await refused({ command: 'call', from: '', to: '22' }, 'invalid-argument', /"from" is missing/);
      await refused({ command: 'hangup' } as never, 'invalid-argument', /"call" is missing/);
      await refused({ ...CALL, to: 'x'.repeat(513) }, 'invalid-argument', /"to" is too long/);
      await refused({ ...SMS, text: 'x'.repeat(2_001) }, 'invalid-argument', /"text" is too long/);
      await refused({ ...CALL, to: '22\r\nAction: Command' }, 'invalid-argument', /line break/);
      await refused({ ...CALL, tag: 'a\0b' }, 'invalid-argument', /NUL/);
      await refused({ ...CALL, to: 22 } as never, 'invalid-argument', /"to" must be a text/);
      await refused({ ...CALL, timeout: 0 }, 'invalid-argument', /between 1 and 3600/);
      await refused({ ...CALL, timeout: Number.NaN }, 'invalid-argument', /between 1 and 3600/);
      await refused({ command: 'recording', action: 'fetch' }, 'invalid-argument', /"recording" is missing/);
      await refused({ command: 'recording', action: 'stop' }, 'invalid-argument', /"call" is missing/);
      await refused({ command: 'action', request: [] as never }, 'invalid-argument', /must be an object/);
    });

    it('but for what the account has a default for', async () => {
      open({ descriptor: { defaults: { call: ['from'] } } });
      await desk.account.execute({ ...CALL, from: '' });
      await desk.account.execute({ command: 'call', to: '22' } as never);
      assert.equal(desk.sent.length, 2);
      await refused({ command: 'call' } as never, 'invalid-argument', /"to" is missing/);
    });

    it('a line break in the text of a message is fine', async () => {
      open();
      await desk.account.execute({ ...SMS, text: 'one\ntwo' });
      assert.equal(desk.sent.length, 1);
    });

    it('the connection', async () => {
      open({ opening: (host) => host.state('reconnecting', new PbxError('unavailable', 'no route to host')) });
      await refused(CALL, 'not-connected', /account "Office": no route to host/);
    });

    it('a degraded connection still takes commands', async () => {
      open({ opening: (host) => host.state('degraded', new PbxError('unavailable', 'trunk down')) });
      await desk.account.execute(CALL);
      assert.equal(desk.sent.length, 1);
    });

    it('the dialling rules', async () => {
      open({ dialAllow: ['+421*', '2?', '22'], dialDeny: ['+421900*'] });
      await refused(CALL, 'forbidden', /dialling rules/);
      await refused({ command: 'redirect', call: 'A', to: '+7495' }, 'forbidden', /dialling rules/);
      await refused({ command: 'transfer', call: 'A', to: '+7495', mode: 'blind' }, 'forbidden', /dialling rules/);
      await refused({ ...SMS, to: '+7495' }, 'forbidden', /dialling rules/);
      await desk.account.execute({ command: 'redirect', call: 'A', to: '22' });
      await desk.account.execute({ ...CALL, to: '+421 2 2028 2028' });
      assert.equal(desk.sent.length, 2);
    });

    it('the ceiling of calls a minute', async () => {
      open({ dialLimit: 3 });
      for (let count = 0; count < 3; count++) await desk.account.execute(CALL);
      await refused(CALL, 'rate-limited', /ceiling is 3/);
      await desk.account.execute({ command: 'hangup', call: 'A' });
      desk.clock.advance(60_000);
      await desk.account.execute(CALL);
    });
  });

  it('what could not be sent for want of a connection does not count to the ceiling', async () => {
    open({ dialLimit: 1, opening: () => {} });
    await refused(CALL, 'not-connected', /no connection/);
    desk.host.state('connected');
    await desk.account.execute(CALL);
  });

  it('the provider gets the very number that was checked', async () => {
    open({ dialAllow: ['+421*'] });
    await desk.account.execute({ ...CALL, to: ' +421 (900) 123-456 ' });
    assert.deepEqual(desk.sent[0]?.command, { ...CALL, to: '+421900123456' });
  });

  it('errors name the account and the command, and say whether to try again', async () => {
    open();
    desk.answer = () => {
      throw new PbxError('unavailable', 'busy', { vendor: { code: '503', message: 'later' } });
    };
    await assert.rejects(desk.account.execute(CALL), {
      code: 'unavailable',
      cause: {
        account: 'Office',
        command: 'call',
        retryable: true,
        vendor: { code: '503', message: 'later' },
      },
    });
    const { commands, failures } = desk.account.status.counters;
    assert.deepEqual([commands, failures], [1, 1]);
  });

  it('what the PBX answered to a request of its own words has no secrets in it', async () => {
    open({ descriptor: { secretKeys: ['pin'] } });
    desk.answer = () => ({ result: { user: '21', Password: 'p4ss', pin: '1234' }, raw: { Password: 'p4ss' } });
    const { payload, raw } = await desk.account.execute({ command: 'action', request: { Action: 'Show' } });
    assert.deepEqual(payload.result, { user: '21', Password: '***', pin: '***' });
    assert.deepEqual(raw, { Password: '***' });
  });

  it('many at once leave nothing behind and need no listener each', async () => {
    open();
    const warnings: Error[] = [];
    const hear = (warning: Error) => warnings.push(warning);
    process.on('warning', hear);
    let signals = 0;
    desk.answer = ({ context }) => {
      signals++;
      return new Promise((_, reject) =>
        context.signal.addEventListener('abort', () => reject(new PbxError('not-connected', 'closed'))),
      );
    };
    const all = Array.from({ length: 50 }, () =>
      assert.rejects(desk.account.execute({ command: 'query', query: 'calls' }), { code: 'not-connected' }),
    );
    await settled();
    await desk.close();
    await Promise.all(all);
    process.off('warning', hear);
    assert.deepEqual([signals, desk.clock.pending, warnings], [50, 0, []]);
  });

  it('a programming error of a provider is an error with a code, too', async () => {
    open();
    desk.answer = () => {
      throw new TypeError('undefined is not a function');
    };
    await assert.rejects(desk.account.execute(CALL), { name: 'PbxError', code: 'protocol' });
  });

  it('the provider gets the call as tracked, by any of its ids', async () => {
    open();
    desk.say({ fact: 'call.begin', call: 'A' }, { fact: 'call.alias', call: 'A', alias: 'A2' });
    desk.say({ fact: 'leg.ringing', call: 'A', leg: 'l', party: { extension: '21' } });
    await desk.account.execute({ command: 'hangup', call: 'A2' });
    const target = desk.sent[0]?.context.target;
    assert.deepEqual([target?.call.id, target?.keys, target?.legs[0]?.state], ['A', ['A', 'A2'], 'ringing']);
  });

  it('of a call nobody knows, or that is over, the provider gets no target', async () => {
    open();
    desk.say({ fact: 'call.begin', call: 'A' }, { fact: 'call.end', call: 'A' });
    await desk.account.execute({ command: 'hangup', call: 'A' });
    await desk.account.execute({ command: 'hangup', call: 'X' });
    assert.deepEqual(
      desk.sent.map(({ context }) => context.target),
      [undefined, undefined],
    );
  });

  it('the answer holds the result, the call as it stands, and the vendor’s reply without secrets', async () => {
    open();
    desk.say({ fact: 'call.begin', call: 'A' });
    desk.answer = () => ({ result: { ok: 1 }, raw: { Response: 'Success', token: 'abcdef' }, reference: 'vendor-7' });
    const { payload, raw } = await desk.account.execute({ command: 'hangup', call: 'A' });
    assert.deepEqual(
      { ...payload, call: payload.call?.id },
      {
        command: 'hangup',
        account: 'Office',
        provider: 'fake',
        call: 'A',
        reference: 'vendor-7',
        result: { ok: 1 },
      },
    );
    assert.deepEqual(raw, { Response: 'Success', token: '***' });
  });

  it('each has a reference of its own: 32 hexadecimal digits', async () => {
    open();
    await desk.account.execute(CALL);
    await desk.account.execute(CALL);
    const references = desk.sent.map(({ context }) => context.reference);
    assert.equal(new Set(references).size, 2);
    for (const reference of references) assert.match(reference, /^[0-9a-f]{32}$/);
  });

  describe('in their turn', () => {
    const limits = [{ commands: ['call', 'sms'], count: 2, perMs: 1_000 }] as const;

    it('what is too early waits, in order', async () => {
      open({ descriptor: { rateLimits: limits } });
      const outcomes = ['1', '2', '3', '4', '5'].map((to) => desk.account.execute({ command: 'call', from: '21', to }));
      const order = () => desk.sent.map(({ command }) => ('to' in command ? command.to : ''));
      await settled();
      assert.deepEqual(order(), ['1', '2']);
      await desk.clock.run(1_000);
      assert.deepEqual(order(), ['1', '2', '3', '4']);
      await desk.clock.run(1_000);
      await Promise.all(outcomes);
      assert.deepEqual(order(), ['1', '2', '3', '4', '5']);
    });

    it('other commands do not wait', async () => {
      open({ descriptor: { rateLimits: limits } });
      const outcomes = [CALL, CALL, CALL].map((command) => desk.account.execute(command));
      await desk.account.execute({ command: 'hangup', call: 'A' });
      assert.equal(desk.sent.length, 3);
      await desk.clock.run(1_000);
      await Promise.all(outcomes);
    });

    it('what would wait too long is not sent at all', async () => {
      open({ descriptor: { rateLimits: [{ commands: 'all', count: 1, perMs: 60_000 }] } });
      await desk.account.execute(SMS);
      const outcome = assert.rejects(desk.account.execute(SMS), { code: 'rate-limited', message: /not sent/ });
      await desk.clock.run(15_000);
      await outcome;
      await desk.clock.run(120_000);
      assert.equal(desk.sent.length, 1);
    });

    it('what waits while the connection drops fails as not-connected', async () => {
      open({ descriptor: { rateLimits: limits } });
      const outcomes = [CALL, CALL].map((command) => desk.account.execute(command));
      const waiting = assert.rejects(desk.account.execute(CALL), { code: 'not-connected' });
      await settled();
      desk.host.state('reconnecting', new PbxError('unavailable', 'gone'));
      await desk.clock.run(1_000);
      await waiting;
      await Promise.all(outcomes);
      assert.equal(desk.sent.length, 2);
    });
  });

  describe('at most once', () => {
    it('whatever the provider answers, it is asked once', async () => {
      for (const code of ['uncertain', 'timeout', 'unavailable', 'rate-limited', 'not-connected'] as const) {
        open();
        desk.answer = () => {
          throw new PbxError(code, 'no');
        };
        for (const command of [
          CALL,
          SMS,
          { command: 'transfer', call: 'A', to: '22', mode: 'blind' },
          { command: 'redirect', call: 'A', to: '22' },
        ] as Command[])
          await assert.rejects(desk.account.execute(command), { code });
        await desk.clock.run(600_000);
        assert.equal(desk.sent.length, 4);
        await desk.close();
      }
    });

    it('a provider that never answers is given up: the outcome is uncertain, of a question a timeout', async () => {
      open();
      desk.answer = () => new Promise(() => {});
      const call = assert.rejects(desk.account.execute(CALL), { code: 'uncertain' });
      const query = assert.rejects(desk.account.execute({ command: 'query', query: 'calls' }), { code: 'timeout' });
      await desk.clock.run(120_000);
      await Promise.all([call, query]);
      assert.ok(desk.sent.every(({ context }) => context.signal.aborted));
      // The call may still show up, and should then carry its tag; not for ever, though.
      await desk.clock.run(120_000);
      assert.equal(desk.clock.pending, 0);
    });

    it('an answer that comes after that changes nothing', async () => {
      open();
      let answer: ((accepted: object) => void) | undefined;
      desk.answer = () =>
        new Promise((resolve) => {
          answer = resolve;
        });
      const outcome = assert.rejects(desk.account.execute(SMS), { code: 'uncertain' });
      await desk.clock.run(120_000);
      await outcome;
      answer?.({ result: 'late' });
      await settled();
      assert.equal(desk.account.status.counters.failures, 1);
    });
  });

  describe('when the account closes', () => {
    it('what the provider was asked for is uncertain, a question is not-connected', async () => {
      open();
      desk.answer = () => new Promise(() => {});
      const sms = assert.rejects(desk.account.execute(SMS), {
        code: 'uncertain',
        message: /may have been carried out/,
      });
      const query = assert.rejects(desk.account.execute({ command: 'query', query: 'calls' }), {
        code: 'not-connected',
      });
      await settled();
      await desk.close();
      await Promise.all([sms, query]);
      assert.ok(desk.sent.every(({ context }) => context.signal.aborted));
    });

    it('what waits for its turn was not sent', async () => {
      open({ descriptor: { rateLimits: [{ commands: 'all', count: 1, perMs: 60_000 }] } });
      await desk.account.execute(SMS);
      const waiting = assert.rejects(desk.account.execute(SMS), { code: 'not-connected', message: /before .* sent/ });
      await settled();
      await desk.close();
      await waiting;
      assert.equal(desk.sent.length, 1);
    });

    it('what comes afterwards is refused', async () => {
      open();
      await desk.close();
      await assert.rejects(desk.account.execute(SMS), { code: 'not-connected', message: /closed/ });
    });

    it('no timer is left', async () => {
      open({ descriptor: { rateLimits: [{ commands: 'all', count: 1, perMs: 60_000 }] } });
      await desk.account.execute({ ...CALL, tag: 'x' });
      const outcomes = [SMS, SMS].map((command) => assert.rejects(desk.account.execute(command)));
      desk.say({ fact: 'leg.ringing', call: 'A', leg: 'l', party: {} }, { fact: 'leg.end', call: 'A', leg: 'l' });
      await settled();
      await desk.close();
      await Promise.all(outcomes);
      assert.equal(desk.clock.pending, 0);
    });
  });
});
