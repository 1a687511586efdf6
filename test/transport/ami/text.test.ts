import assert from 'node:assert/strict';
import { PbxError } from '../../../lib/model/errors';
import {
  AmiMessage,
  challengeKey,
  checkChannel,
  checkContext,
  checkExtension,
  checkField,
  checkKey,
  redact,
  unescapeC,
} from '../../../lib/transport/ami';

function refuses(check: (field: string, value: string) => void, values: readonly string[]): void {
  for (const value of values) {
    assert.throws(
      () => check('Exten', value),
      (error) => error instanceof PbxError && error.code === 'invalid-argument' && error.message.includes('Exten'),
      JSON.stringify(value),
    );
  }
}

describe('what may stand in an AMI field', () => {
  it('is no line break and no NUL', () => {
    refuses(checkField, ['a\r\nb', '\n', 'a\r', '\u0000', `${'x'.repeat(10_000)}\n`]);
    for (const value of ['', 'Иван ✓', 'a: b', '\t', '\u2028', '\u0085', '\\r\\n']) checkField('Exten', value);
  });

  it('is for a key no colon, no outer blanks, and something', () => {
    for (const key of ['', ' ', 'A: b', ' A', 'A\n']) assert.throws(() => checkKey(key), { code: 'invalid-argument' });
    for (const key of ['Action', 'X-Y', 'Имя', 'ChanVariable(x)']) checkKey(key);
  });

  it('is for an extension a number or name, and nothing the dialplan would read as more', () => {
    for (const value of ['22', '+421900123456', '*97', '#1', 'ivan.petrov', 's', 'a-b_c'])
      checkExtension('Exten', value);
    refuses(checkExtension, [
      '',
      '22&23',
      '22,tT',
      '22/33',
      '22@x',
      '_X.',
      '-22',
      '${EVIL}',
      '2 2',
      '22\n',
      '2'.repeat(80),
    ]);
  });

  it('is for a context a name', () => {
    for (const value of ['from-internal', 'default', 'ctx.1']) checkContext('Exten', value);
    refuses(checkContext, ['', 'a b', 'a,b', '${X}', '/etc', 'a'.repeat(80)]);
  });

  it('is for a channel one name and no pattern', () => {
    for (const value of [
      'PJSIP/1001-00000001',
      'Local/60@callers-00000003;1',
      'SIP/10.0.0.1:5060-0a',
      'DAHDI/i1/123-1',
    ]) {
      checkChannel('Exten', value);
    }
    refuses(checkChannel, ['', '/^.*$/', 'PJSIP', 'PJSIP/', 'PJSIP/1&PJSIP/2', 'PJSIP/1,2', 'PJSIP/1 2', 'PJSIP/1\n']);
  });
});

describe('the key of a challenge login', () => {
  it('is what a recorded login used', () => {
    assert.equal(challengeKey('21010208', 's3cret'), '88a6a10f8ac9a449cd68cdd5f6dcea3f');
  });
});

describe('the escapes of Asterisk', () => {
  it('are read back', () => {
    assert.equal(unescapeC('Eve\\r\\nInjected: yes'), 'Eve\r\nInjected: yes');
    assert.equal(unescapeC('c:\\\\x \\"q\\" \\t é'), 'c:\\x "q" \t é');
    assert.equal(unescapeC('\\\\n'), '\\n');
    assert.equal(unescapeC('plain'), 'plain');
    assert.equal(unescapeC('end\\'), 'end\\');
  });
});

describe('what is shown of a message', () => {
  it('has no secret of a login', () => {
    assert.deepEqual(redact({ Action: 'Login', Username: 'tester', Secret: 's3cret', Events: 'on' }), {
      Action: 'Login',
      Username: 'tester',
      Secret: '***',
      Events: 'on',
    });
    assert.deepEqual(redact({ action: 'login', KEY: 'abc' }), { action: 'login', KEY: '***' });
  });

  it('has no secret of the PBX: details, configuration, command output, challenge, variables', () => {
    const shown = JSON.stringify([
      redact({ Event: 'AuthDetail', Username: '1001', Password: 'hush', Md5Cred: 'hush', AuthType: 'userpass' }),
      redact({ Response: 'Success', 'Line-000001-000002': 'secret=hush', 'Line-000001-000003': 'username=1001' }),
      redact({ Response: 'Success', JSON: '{"1001":{"secret":"hu\\"sh","username":"1001"}}' }),
      redact({ Response: 'Success', Output: ['  password : hush', '  username : 1001', 'secret = hush'] }),
      redact({
        Event: 'ChallengeResponseFailed',
        Response: 'hush',
        Challenge: 'hush',
        ExpectedResponse: 'hush',
        AccountID: '1001',
      }),
      redact({ Event: 'VarSet', Variable: 'SIP_PASSWORD', Value: 'hush' }),
      redact({ Action: 'Setvar', Variable: 'api_secret', Value: 'hush' }),
      redact({ Action: 'Originate', Variable: ['NAME=1001', 'DB_PASSWORD=hush'] }),
      redact({ Event: 'Newstate', ChanVariable: 'CRM_SECRET=hush' }),
    ]);
    assert.doesNotMatch(shown, /hush|hu\\/);
    assert.equal(shown.split('1001').length - 1, 7);
  });

  it('keeps what is no secret', () => {
    const harmless = {
      Event: 'SuccessfulAuth',
      UsingPassword: '0',
      Key: 'of the database',
      Value: 'x',
      Variable: 'NAME',
      Response: 'Success',
      Password: '',
    };
    assert.deepEqual(redact(harmless), harmless);
  });

  it('has none in lists of messages either, nor in keys, which are whole lines where another program has read them', () => {
    const answer = {
      response: { Response: 'Success', ActionID: '7' },
      items: [{ Event: 'AuthDetail', Username: '1001', Password: 'hush' }],
      complete: null,
      output: { 'secret=hush': '', '  secret : hush': '', 'Secret:': 'hush', count: 3 },
    };
    assert.deepEqual(redact(answer), {
      response: { Response: 'Success', ActionID: '7' },
      items: [{ Event: 'AuthDetail', Username: '1001', Password: '***' }],
      complete: null,
      output: { 'secret=***': '', '  secret : ***': '', 'Secret:': '***', count: 3 },
    });
  });

  it('is soon made, however long a value is and whatever stands in it', () => {
    const began = performance.now();
    for (const text of ['secret'.repeat(50_000), '"secret'.repeat(50_000), ' '.repeat(300_000), '"a":"'.repeat(50_000)])
      assert.equal(redact(text), text);
    assert.ok(performance.now() - began < 1_000);
  });

  it('copes with keys that mean something in JavaScript', () => {
    const message = AmiMessage.parse('Event: X\n__proto__: 1\nconstructor: 2');
    const copy = redact(message.toObject());
    assert.deepEqual(Object.keys(copy ?? {}), ['Event', '__proto__', 'constructor']);
  });
});
