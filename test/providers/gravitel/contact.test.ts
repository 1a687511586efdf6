import assert from 'node:assert/strict';
import type { RouteRequest, WebhookResponse } from '../../../lib/index';
import type { FakeDialect } from '../../fakes/gravitel-server';
import { openOffice } from './office';
import type { Office } from './office';

const bodyOf = ({ body }: WebhookResponse) => JSON.parse(body ?? '') as unknown;

describe('gravitel: the PBX asks who calls and where the call shall go', () => {
  let office: Office;
  const open = async (dialect: FakeDialect): Promise<void> => {
    office = await openOffice(dialect);
  };
  afterEach(() => office.close());

  it('the answer of the flow is the answer to the PBX', async () => {
    await open('L');
    const asked: RouteRequest[] = [];
    office.account.onRoute({ timeoutMs: 5_000 }, (request) => {
      asked.push(request);
      request.answer({ to: '712', contactName: 'ООО Ромашка, Олег' });
    });
    const response = await office.pbx.call('C1').contact();
    assert.equal(response.status, 200);
    assert.match(response.contentType ?? '', /^application\/json/);
    assert.deepEqual(bodyOf(response), { contact_name: 'ООО Ромашка, Олег', responsible: '712' });
    assert.deepEqual([asked[0]?.call, asked[0]?.number], ['C1', '74950001122']);
    assert.equal(asked[0]?.deadline, office.clock.now() + 1_000, 'the PBX waits a second, whatever the node says');
    assert.equal(office.account.call('C1')?.direction, 'inbound', 'the flow sees the call already');
  });

  it('the new API of Gravitel is answered in both spellings', async () => {
    await open('G1');
    office.account.onRoute({ timeoutMs: 5_000 }, (request) => request.answer({ to: '712', contactName: 'Олег' }));
    assert.deepEqual(bodyOf(await office.pbx.call('17').contact()), {
      contact_name: 'Олег',
      responsible: '712',
      name: 'Олег',
      extension: '712',
    });
  });

  it('without anybody who listens the answer is {} at once', async () => {
    await open('L');
    assert.deepEqual(bodyOf(await office.pbx.call('C1').contact()), {});
  });

  it('a flow that is silent costs one second, and then the answer is {}', async () => {
    await open('L');
    let late: RouteRequest | undefined;
    office.account.onRoute({ timeoutMs: 60_000 }, (request) => {
      late = request;
    });
    let response: WebhookResponse | null = null;
    const asked = office.pbx
      .call('C1')
      .contact()
      .then((given) => (response = given));
    await office.pass(0);
    await new Promise((resolve) => setImmediate(resolve));
    office.clock.advance(999);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(response, null);
    office.clock.advance(1);
    assert.deepEqual(bodyOf(await asked), {});
    assert.throws(() => late?.answer({ to: '712', contactName: null }), { code: 'timeout' });
  });

  it('the same question again gets the same answer and does not ask twice', async () => {
    await open('L');
    let count = 0;
    office.account.onRoute({ timeoutMs: 5_000 }, (request) => {
      count++;
      request.answer({ to: null, contactName: `answer ${count}` });
    });
    const call = office.pbx.call('C1');
    assert.deepEqual(bodyOf(await call.contact()), { contact_name: 'answer 1' });
    assert.deepEqual(bodyOf(await call.contact()), { contact_name: 'answer 1' });
    assert.equal(office.of('call.begin').length, 1);
  });
});
