import assert from 'node:assert/strict';
import { AmiMessage } from '../../../lib/transport/ami';

describe('an AMI message', () => {
  const hangup = AmiMessage.parse(
    'Event: Hangup\nPrivilege: call,all\nUniqueID: 1.1\nExten: \nCause-txt: Normal Clearing\nChanVariable: A=1\nChanVariable: B=2\nOutput:    indented\nNoBlank:x',
  );

  it('finds keys whatever their case', () => {
    assert.equal(hangup.get('uniqueid'), '1.1');
    assert.equal(hangup.get('cause-txt'), 'Normal Clearing');
    assert.equal(hangup.get('linkedid'), undefined);
  });

  it('does not take a key for another that only looks alike in the other case', () => {
    const message = AmiMessage.parse('Event: X\n@b: at\n`b: tick\n[b: bracket');
    assert.equal(message.get('`b'), 'tick');
    assert.equal(message.get('{b'), undefined);
  });

  it('tells an empty value from a missing one', () => {
    assert.equal(hangup.get('exten'), '');
    assert.deepEqual(hangup.all('exten'), ['']);
    assert.deepEqual(hangup.all('nothing'), []);
  });

  it('gives the first of repeated keys, and all of them on request', () => {
    assert.equal(hangup.get('chanvariable'), 'A=1');
    assert.deepEqual(hangup.all('chanvariable'), ['A=1', 'B=2']);
  });

  it('cuts exactly one blank after the colon', () => {
    assert.equal(hangup.get('output'), '   indented');
    assert.equal(hangup.get('noblank'), 'x');
  });

  it('keeps spelling and order as an object, repeated keys as an array', () => {
    assert.deepEqual(hangup.toObject(), {
      Event: 'Hangup',
      Privilege: 'call,all',
      UniqueID: '1.1',
      Exten: '',
      'Cause-txt': 'Normal Clearing',
      ChanVariable: ['A=1', 'B=2'],
      Output: '   indented',
      NoBlank: 'x',
    });
  });

  it('takes keys that are names in JavaScript like any other', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'Set', 'emit', 'length'];
    const message = AmiMessage.parse(
      ['Event: Odd', ...names.map((name) => `${name}: of ${name}`), '__proto__: again', 'constructor: again'].join(
        '\n',
      ),
    );
    const object = message.toObject();
    assert.equal(Object.getPrototypeOf(object), Object.prototype);
    for (const name of names) assert.equal(message.get(name.toLowerCase()), `of ${name}`);
    assert.deepEqual(Object.getOwnPropertyDescriptor(object, '__proto__')?.value, ['of __proto__', 'again']);
    assert.deepEqual(object['constructor'], ['of constructor', 'again']);
    assert.equal(object['emit'], 'of emit');
    assert.equal(({} as Record<string, unknown>)['again'], undefined);
  });

  it('decodes UTF-8 in values and keys', () => {
    const message = AmiMessage.parse('Event: X\nName: Иван ✓\nPlain: a\nКлюч: да');
    assert.equal(message.get('name'), 'Иван ✓');
    assert.equal(message.toObject()['Ключ'], 'да');
  });

  it('is an event when it has both an Event and a Response line', () => {
    const message = AmiMessage.parse('Event: OriginateResponse\nResponse: Failure\nActionID: 1');
    assert.deepEqual([message.kind, message.name, message.get('response')], ['event', 'OriginateResponse', 'Failure']);
  });
});
