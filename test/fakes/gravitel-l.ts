/** Commands of dialect L as the fake PBX answers them: form, JSON or (to read) a query string; `cmd` in any letter case. */

import { personOf, rowsBetween } from './gravitel-server';
import type { FakeAnswer, FakeRequest, GravitelServer } from './gravitel-server';
import { json } from './gravitel-server';

const READING = new Set(['accounts', 'groups', 'history', 'subscriptionstatus', 'get_dnd']);

export async function answerL(pbx: GravitelServer, request: FakeRequest): Promise<FakeAnswer> {
  if (request.path !== '/sys/crm_api.wcgp') return json(404, { error: 'Not found' });
  const given = parametersOf(request);
  if (!given) return json(400, { error: 'Invalid parameters' });
  if (given.get('token') !== pbx.key) return json(401, { error: 'Invalid token' });
  const cmd = (given.get('cmd') ?? '').toLowerCase();
  if (request.method === 'GET' && !READING.has(cmd)) return json(405, { error: 'Method not allowed' });
  switch (cmd) {
    case 'accounts':
      return json(
        200,
        pbx.people.map(({ login, ext, name, telnum }) => ({
          name: login,
          realName: name,
          ext,
          ...(telnum && { telnum }),
        })),
      );
    case 'groups':
      // The extension of a group was seen as a number.
      return json(
        200,
        pbx.groups.map(({ id, name, ext }) => ({ id, realName: name, ext: Number(ext) })),
      );
    case 'makecall':
      return makeCall(pbx, given);
    case 'history':
      return history(pbx, given);
    case 'set_dnd':
    case 'subscribeoncalls':
      return personOf(pbx, given.get('user'))
        ? { status: 200, text: 'OK', type: 'text/plain' }
        : json(400, { error: 'Invalid parameters' });
    case 'get_dnd':
      return json(200, { state: false });
    case 'subscriptionstatus':
      return json(200, { status: 'on' });
    default:
      return json(400, { error: 'Invalid parameters: [cmd]' });
  }
}

async function makeCall(pbx: GravitelServer, given: ReadonlyMap<string, string>): Promise<FakeAnswer> {
  const phone = given.get('phone') ?? '';
  const person = personOf(pbx, given.get('user'));
  // A leading plus is refused by some tenants, so this one refuses it as well.
  if (!/^\d+$/.test(phone)) return json(400, { error: 'Invalid parameters: [phone]' });
  if (!person) return json(400, { error: 'Invalid parameters: [user]' });
  const wanted = { phone, user: person.login, group: null, clid: given.get('clid') ?? null };
  const id = pbx.nextId();
  pbx.wanted.push(wanted);
  await pbx.onCall?.(wanted, id);
  return pbx.callAnswer?.(id) ?? json(200, { uuid: id });
}

function history(pbx: GravitelServer, given: ReadonlyMap<string, string>): FakeAnswer {
  const rows = rowsBetween(pbx, given.get('start') ?? null, given.get('end') ?? null);
  if (!rows) return json(400, { error: 'Invalid parameters: [start]' });
  const lines = rows
    .filter(({ type }) => type !== 'internal')
    .slice(0, Number(given.get('limit') ?? 1e9))
    .map(({ id, type, status, client, login, via, start, wait, talk, record }) =>
      [
        id,
        type === 'in' && status !== 'Success' ? 'missed' : type,
        `+${client}`,
        login ? `${login}@company.gravitel.ru` : 'ivr',
        via,
        // With the offset of the tenant, as Gravitel writes it.
        new Date(start + 3 * 3_600_000).toISOString().replace(/\.\d+Z$/, '+03:00'),
        wait,
        talk,
        record,
      ].join(','),
    );
  return { status: 200, text: lines.map((line) => `${line}\r\n`).join(''), type: 'text/csv' };
}

function parametersOf({ method, query, headers, body }: FakeRequest): Map<string, string> | null {
  if (method === 'GET') return new Map(query);
  if (method !== 'POST') return null;
  const type = headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) return new Map(new URLSearchParams(body));
  if (!type.startsWith('application/json')) return null;
  try {
    const value = JSON.parse(body) as Record<string, unknown>;
    return new Map(Object.entries(value).map(([name, item]) => [name, String(item)]));
  } catch {
    return null;
  }
}
