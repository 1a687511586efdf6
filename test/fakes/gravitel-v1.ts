/** The REST of dialect V1 as the fake PBX answers it: key in a header, JSON, lists in pages, bare arrays of calls. */

import { json, personOf, rowsBetween } from './gravitel-server';
import type { FakeAnswer, FakeRequest, GravitelServer, Row } from './gravitel-server';

const BASE = '/crmapi/v1/';
/** More internal calls are not told at once, whatever the limit. */
const INNER_ROWS = 500;
const NO_CONTENT: FakeAnswer = { status: 204 };

export async function answerV1(pbx: GravitelServer, request: FakeRequest): Promise<FakeAnswer> {
  if (!request.path.startsWith(BASE)) return { status: 404, text: 'Not found', type: 'text/plain' };
  if (request.headers['x-api-key'] !== pbx.key) return { status: 401, text: 'Invalid token', type: 'text/plain' };
  const path = request.path.slice(BASE.length).replace(/\/$/, '');
  if (pbx.denied?.test(path)) return json(403, { message: 'no right' });
  const { method, query } = request;
  switch (`${method} ${path}`) {
    case 'GET domain':
      return json(200, { timezone: { name: 'Europe/Moscow', offset: -180 }, limits: {}, services: [] });
    case 'GET users':
      return page(
        pbx,
        query,
        pbx.people.map(({ login, ext, name, telnum }) => ({
          login,
          ext,
          name,
          telnum,
          role: 'user',
          status: ext === '713' ? 'offline' : 'online',
        })),
      );
    case 'GET groups':
      return page(
        pbx,
        query,
        pbx.groups.map(({ id, name, ext, members }) => ({ id, name, ext, users: members.map((login) => ({ login })) })),
      );
    case 'POST makecall':
      return makeCall(pbx, request);
    case 'GET history/json': {
      const uid = query.get('uid');
      const rows = uid
        ? pbx.rows.filter(({ id }) => id === uid)
        : rowsBetween(pbx, query.get('start'), query.get('end'));
      if (!rows) return json(400, { message: 'Validation error', errors: { start: ['is wrong'] } });
      const found = rows.filter(({ type }) => type !== 'internal').slice(0, Number(query.get('limit') ?? 1e9));
      // Nothing at all is `null` here.
      return json(200, found.length === 0 ? null : found.map((row) => rowOf(pbx, row)));
    }
    case 'GET history/inner/json': {
      const rows = rowsBetween(pbx, query.get('start'), query.get('end')) ?? [];
      return json(
        200,
        rows
          .filter(({ type }) => type === 'internal')
          .slice(0, INNER_ROWS)
          .map((row) => innerRow(row)),
      );
    }
    default:
  }
  const dnd = /^users\/([^/]+)\/(dnd|subscription)$/.exec(path);
  if (dnd && personOf(pbx, dnd[1])) return method === 'GET' ? json(200, { state: false }) : NO_CONTENT;
  return { status: dnd ? 404 : 405, text: 'Method not supported', type: 'text/plain' };
}

async function makeCall(pbx: GravitelServer, request: FakeRequest): Promise<FakeAnswer> {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    return json(400, { message: 'JSON expected' });
  const { phone, user, group, clid } = JSON.parse(request.body) as Record<string, string | undefined>;
  const person = personOf(pbx, user);
  const known = group !== undefined && pbx.groups.some(({ id }) => id === group);
  if (!/^\d+$/.test(phone ?? '')) return json(400, { message: 'phone is wrong', errors: { phone: ['format'] } });
  if (!person && !known) return json(400, { message: 'user or group is unknown' });
  const wanted = { phone: phone ?? '', user: person?.login ?? null, group: group ?? null, clid: clid ?? null };
  const callid = pbx.nextId();
  pbx.wanted.push(wanted);
  await pbx.onCall?.(wanted, callid);
  const allowed = clid !== undefined && pbx.ownNumbers.includes(clid);
  return pbx.callAnswer?.(callid) ?? json(200, { callid, ...(allowed && { clid }) });
}

function page(pbx: GravitelServer, query: URLSearchParams, items: unknown[]): FakeAnswer {
  const start = Number(query.get('start') ?? 0);
  const limit = Math.min(pbx.page, Number(query.get('limit') ?? 100));
  const next = start + limit;
  const info = { search: '', start, limit, total: items.length, ...(next < items.length && { next }) };
  return json(200, { items: items.slice(start, next), info });
}

/** Keys are left out where there is nothing to say: no `duration` without a talk, no `user` for a call missed by a group. */
function rowOf(pbx: GravitelServer, { id, type, status, client, login, via, start, wait, talk, record }: Row) {
  return {
    uid: id,
    type,
    status: status.toLowerCase(),
    client,
    diversion: via,
    ...(login
      ? { destination: 'user', user: login, user_name: personOf(pbx, login)?.name }
      : { destination: 'group', group_name: 'Отдел продаж' }),
    start: new Date(start).toISOString().replace(/\.\d+/, ''),
    wait,
    ...(talk > 0 && { duration: talk }),
    ...(record && { record }),
  };
}

function innerRow({ id, status, client, login, start, wait, talk, record }: Row) {
  const from = client;
  return {
    uid: id,
    status: status.toLowerCase(),
    from,
    to: login,
    start: new Date(start).toISOString(),
    wait,
    duration: talk,
    record,
  };
}
