import assert from 'node:assert/strict';
import { PbxError } from '../../../lib/model';
import { fromLocalTime, toLocalTime, toUtcTime } from '../../../lib/providers/viptel/local-time';
import {
  dialable,
  Directory,
  ownExtension,
  sameLine,
  smsIdentity,
  smsNumber,
} from '../../../lib/providers/viptel/numbers';
import { readMessage } from '../../../lib/providers/viptel/wire';

describe('VIPTel words', () => {
  describe('the clock on the wall in Slovakia', () => {
    for (const [wall, utc, what] of [
      ['2026-05-28 11:06:53', '2026-05-28T09:06:53.000Z', 'summer'],
      ['2026-01-15 11:06:53', '2026-01-15T10:06:53.000Z', 'winter'],
      ['2026-03-29 01:59:59', '2026-03-29T00:59:59.000Z', 'just before the clock is put forward'],
      ['2026-03-29 03:00:00', '2026-03-29T01:00:00.000Z', 'just after'],
      ['2026-03-29 02:30:00', '2026-03-29T01:30:00.000Z', 'an hour that does not exist'],
      ['2026-10-25 01:59:59', '2026-10-24T23:59:59.000Z', 'before the clock is put back'],
      ['2026-10-25 02:30:00', '2026-10-25T00:30:00.000Z', 'the hour that comes twice: the first'],
      ['2026-10-25 03:00:00', '2026-10-25T02:00:00.000Z', 'after it'],
      ['2026-05-28T11:06', '2026-05-28T09:06:00.000Z', 'without seconds'],
      ['2026-05-28T11:06:53Z', '2026-05-28T11:06:53.000Z', 'with a zone of its own'],
      ['2026-05-28T11:06:53+02:00', '2026-05-28T09:06:53.000Z', 'with an offset of its own'],
    ] as const)
      it(`${wall} is ${utc} (${what})`, () => assert.equal(new Date(fromLocalTime(wall) ?? 0).toISOString(), utc));

    for (const text of ['', null, undefined, 'yesterday', '2026-13-01 00:00:00', '2026-05-28 25:00:00', '28.5.2026'])
      it(`${JSON.stringify(text)} is no time`, () => assert.equal(fromLocalTime(text), null));

    it('is written as it is read', () => {
      for (const moment of ['2026-05-28T09:06:53Z', '2026-01-15T10:06:53Z', '2026-12-31T23:30:00Z']) {
        const ms = Date.parse(moment);
        assert.equal(fromLocalTime(toLocalTime(ms)), ms);
      }
      assert.equal(toLocalTime(Date.parse('2026-12-31T23:30:00Z')), '2027-01-01 00:30:00');
      assert.equal(toUtcTime(Date.parse('2026-12-31T23:30:00Z')), '2026-12-31 23:30:00');
    });
  });

  describe('numbers', () => {
    it('are the same line in every spelling', () => {
      for (const other of ['0900000001', '00421900000001', '421900000001', '+421 900 000 001'])
        assert.ok(sameLine('0900000001', other), other);
      assert.ok(sameLine('22', '22'));
      assert.ok(!sameLine('0900000001', '00420900000001'));
      assert.ok(!sameLine('22', '0421 22'));
      assert.ok(!sameLine(null, null));
    });

    it('are dialled in the national or the 00 form', () => {
      assert.equal(dialable('+421 900 000 001'), '0900000001');
      assert.equal(dialable('+420-601-000-001'), '00420601000001');
      assert.equal(dialable('22'), '22');
      assert.equal(dialable('*98'), '*98');
      for (const bad of ['', 'Eva', '+', '22;33', 'sip:22']) assert.throws(() => dialable(bad), PbxError, bad);
      assert.equal(ownExtension(' 21 '), '21');
      assert.throws(() => ownExtension('0900000001'), PbxError);
    });

    it('of texts have 00 and the country code', () => {
      for (const number of ['0900000001', '+421900000001', '421900000001', '00421900000001'])
        assert.equal(smsNumber(number), '00421900000001');
      assert.equal(smsNumber('+420601000001'), '00420601000001');
      for (const bad of ['900000001', '22', 'Jana', '00', '0012']) assert.throws(() => smsNumber(bad), PbxError, bad);
      assert.equal(smsIdentity(' MyShop '), 'MyShop');
      assert.equal(smsIdentity('02/2028 2028'), '00421220282028');
    });

    it('inside and outside are told apart by what was learned, else by their looks', () => {
      const directory = new Directory();
      assert.equal(directory.kind('21'), 'perhaps');
      assert.equal(directory.kind('0900000001'), 'outside');
      assert.equal(directory.kind('112'), 'outside');
      assert.equal(directory.kind(''), 'hidden');
      assert.equal(directory.kind('anonymous'), 'hidden');
      directory.extension('21');
      directory.queue('500', 'Podpora');
      directory.extension('500');
      assert.equal(directory.kind('21'), 'extension');
      assert.equal(directory.kind('500'), 'queue');
      assert.equal(directory.queueName('500'), 'Podpora');
      // What was taken for a phone turns out to be a queue.
      directory.queue('21');
      assert.equal(directory.kind('21'), 'queue');
    });

    it('say which way a call goes', () => {
      const directory = new Directory();
      for (const [caller, callee, way] of [
        ['0900000001', '21', 'inbound'],
        ['anonymous', '21', 'inbound'],
        [null, '21', 'inbound'],
        ['21', '0900000001', 'outbound'],
        ['21', '22', 'internal'],
        ['21', null, 'unknown'],
        [null, null, 'unknown'],
        ['0900000001', '0220282028', 'inbound'],
      ] as const)
        assert.equal(directory.direction(caller, callee), way, `${caller} -> ${callee}`);
    });
  });

  describe('messages', () => {
    it('are told apart by their keys, in the order of the document', () => {
      assert.equal(readMessage('{"event":"call.end","code":100,"nonce":"x"}').kind, 'event');
      assert.equal(readMessage('{"code":100,"nonce":"x"}').kind, 'greeting');
      assert.equal(readMessage('{"code":100,"nonce":17}').kind, 'greeting');
      assert.equal(readMessage('{"code":"202"}').kind, 'reply');
      assert.equal(readMessage('{"event":7}').kind, 'unknown');
      assert.equal(readMessage('{}').kind, 'unknown');
      for (const bad of ['', 'x', '[]', 'null', '"event"', '7']) assert.equal(readMessage(bad).kind, 'malformed');
    });
  });
});
