import assert from 'node:assert/strict';
import { addressOf, dialectOf, endpointOf } from '../../../lib/providers/gravitel/address';
import { callIdOf } from '../../../lib/providers/gravitel/call-answer';
import { noticesOfCsv } from '../../../lib/providers/gravitel/csv';
import { compactTime, timeOf } from '../../../lib/providers/gravitel/fields';
import { jsonOf } from '../../../lib/providers/gravitel/json';
import { noticeOfV1, rowsOf } from '../../../lib/providers/gravitel/history-json';
import { timesOf } from '../../../lib/providers/gravitel/outcome';

describe('gravitel: the answers to make call', () => {
  const shapes: [string, string, string | null][] = [
    ['Gravitel 2018', '{"uuid":"6b1f-1"}', '6b1f-1'],
    ['MegaFon L', '{"CallID":"6b1f-2"}', '6b1f-2'],
    ['V1', '{"callid":"201","clid":"7495"}', '201'],
    ['an id as a number in JSON', '20190101', '20190101'],
    ['an id as a text in JSON', '"6b1f-3"', '6b1f-3'],
    ['a bare id', '6b1f-4\n', '6b1f-4'],
    ['a bare id that looks like a number', '12e5', '12e5'],
    ['a long decimal id', '20260301091500123456', '20260301091500123456'],
    ['a long decimal id in JSON', '{"callid": 20260301091500123456,"clid":"7495"}', '20260301091500123456'],
    ['an object without an id', '{"state":"ok"}', null],
    ['null', 'null', null],
    ['OK', 'OK', null],
    ['nothing', '', null],
    ['a sentence', 'call is being placed', null],
  ];
  for (const [name, text, id] of shapes)
    it(`${name}: ${id ?? 'accepted, id unknown'}`, () => {
      assert.equal(callIdOf({ text, value: jsonOf(text) }), id);
    });
});

describe('gravitel: JSON', () => {
  it('keeps long integers as texts, and everything else as it is', () => {
    const text =
      '{"a":1234567890123456,"b":"say \\"1234567890123456\\"","c":[0.1234567890123456789,-5,12e3],"d":"\\\\"}';
    assert.deepEqual(jsonOf(text), {
      ...(JSON.parse(text) as object),
      a: '1234567890123456',
    });
    assert.deepEqual(jsonOf('[123456789012345,null]'), [123_456_789_012_345, null]);
    for (const none of ['', 'OK', '{"a":', '"' + '\\"'.repeat(100_000) + '1234567890123456'])
      assert.equal(jsonOf(none), undefined);
  });
});

describe('gravitel: times', () => {
  it('are read in every spelling the family uses', () => {
    const expected = Date.parse('2026-03-01T09:15:00Z');
    for (const text of [
      '20260301T091500Z',
      '2026-03-01T09:15:00Z',
      '2026-03-01T12:15:00+03:00',
      '2026-03-01T09:15:00',
      '2026-03-01 09:15:00',
      expected / 1000,
      String(expected / 1000),
    ])
      assert.equal(timeOf(text), expected, String(text));
    for (const text of ['', 'yesterday', null, '2026', '20261301T991500Z'])
      assert.equal(timeOf(text), null, String(text));
  });

  it('are written with 24 hours and the month where it belongs', () => {
    assert.equal(compactTime(Date.parse('2026-11-02T23:59:58.900Z')), '20261102T235958Z');
  });
});

const read = (text: string) => {
  const bad: string[] = [];
  return { notices: noticesOfCsv(text, (line) => bad.push(line)), bad };
};

const typed = (type: string, talk: number) =>
  read(`c1,${type},7495,ivanova,7495,2026-03-01T12:15:00Z,7,${talk},`).notices[0]?.disposition;

describe('gravitel: the history of dialect L', () => {
  const row =
    'c1,in,+74950001122,ivanova@company,74957770000,2026-03-01T12:15:00+03:00,7,57,https://rec.example.org/1.mp3';

  it('has nine columns, or ten, and any line ends', () => {
    for (const text of [row, `${row}\r\n`, `${row},5\n`, `\r\n${row}\r\n\r\n`]) {
      const { notices, bad } = read(text);
      assert.deepEqual(bad, []);
      assert.equal(notices[0]?.link, 'https://rec.example.org/1.mp3');
      assert.equal(notices[0]?.employee?.login, 'ivanova');
      assert.equal(notices[0]?.startedAt, Date.parse('2026-03-01T09:15:00Z'));
    }
    assert.deepEqual(read(''), { notices: [], bad: [] });
  });

  it('a name in the account column proves no answer', () => {
    assert.equal(typed('in', 57), 'answered');
    assert.equal(typed('missed', 0), 'no-answer');
    assert.equal(typed('out', 0), 'unknown');
  });

  it('takes quotes, and counts lines that are none', () => {
    const { notices, bad } = read(
      `"c,1",in,"7495","a ""b""",7495,2026-03-01T12:15:00Z,7,57,\nrubbish\na,b,c,d,e,f,g,h,i`,
    );
    assert.deepEqual([notices[0]?.call, notices[0]?.employee?.login], ['c,1', 'a "b"']);
    assert.equal(bad.length, 2);
  });
});

describe('gravitel: the history of dialect V1', () => {
  it('comes bare, wrapped, as null or as nothing', () => {
    assert.equal(rowsOf([1, 2])?.length, 2);
    assert.equal(rowsOf({ items: [1] })?.length, 1);
    assert.equal(rowsOf({ data: [1] })?.length, 1);
    assert.deepEqual(rowsOf(null), []);
    assert.deepEqual(rowsOf(undefined), []);
    assert.equal(rowsOf({ message: 'no' }), null);
  });

  it('a row may lack what it has nothing to say about', () => {
    const notice = noticeOfV1({
      uid: 'c1',
      type: 'in',
      status: 'missed',
      client: '7495',
      start: '2026-03-01T09:15:00Z',
      wait: 12,
    });
    assert.ok(notice);
    assert.deepEqual([notice.disposition, notice.employee, notice.duration], ['no-answer', null, null]);
    assert.equal(timesOf(notice).endedAt, Date.parse('2026-03-01T09:15:12Z'));
  });

  it('the duration of a list is talk, that of a push is the whole call', () => {
    const row = noticeOfV1({
      uid: 'c1',
      type: 'in',
      status: 'success',
      start: '2026-03-01T09:15:00Z',
      wait: 7,
      duration: 57,
    });
    assert.ok(row);
    assert.equal(timesOf(row).endedAt, Date.parse('2026-03-01T09:16:04Z'));
    assert.equal(timesOf({ ...row, duration: 64, durationKind: 'total' }).endedAt, Date.parse('2026-03-01T09:16:04Z'));
  });
});

const found = (typed: string) => dialectOf(addressOf(typed));

const end = (typed: string, dialect: 'L' | 'V1' | 'G1') => endpointOf(addressOf(typed), dialect).href;

describe('gravitel: the address', () => {
  it('tells the dialect', () => {
    assert.equal(found('https://company.gravitel.ru/sys/crm_api.wcgp'), 'L');
    assert.equal(found('company.megapbx.ru/crmapi/v1/'), 'V1');
    assert.equal(found('https://crm.aicall.ru/v1/company.aicall.ru'), 'G1');
    assert.equal(found('https://company.megapbx.ru'), null);
  });

  it('is completed, and cut where people paste too much', () => {
    for (const typed of [
      't.megapbx.ru',
      'https://t.megapbx.ru/crmapi/v1',
      'https://t.megapbx.ru/crmapi/v1/users',
      'https://t.megapbx.ru/sys/crm_api.wcgp',
    ])
      assert.equal(end(typed, 'V1'), 'https://t.megapbx.ru/crmapi/v1/', typed);
    assert.equal(end('t.gravitel.ru', 'L'), 'https://t.gravitel.ru/sys/crm_api.wcgp');
    assert.equal(end('https://t.gravitel.ru/crm', 'L'), 'https://t.gravitel.ru/crm', 'a path is taken as typed');
    assert.equal(end('https://crm.aicall.ru/v1/c.aicall.ru', 'G1'), 'https://crm.aicall.ru/v1/c.aicall.ru/');
  });

  it('that is none is refused with a sentence', () => {
    assert.throws(() => addressOf(''), /copy "address of the cloud PBX"/);
    assert.throws(() => addressOf('http://'), /not complete/);
  });
});
