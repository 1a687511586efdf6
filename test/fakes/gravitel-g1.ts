/** Gravitel's new API as the fake PBX answers it: three lists and a history that is posted. */

import { json, personOf, rowsBetween } from './gravitel-server';
import type { FakeAnswer, FakeRequest, GravitelServer } from './gravitel-server';

const BASE = '/v1/company.aicall.ru/';

export function answerG1(pbx: GravitelServer, request: FakeRequest): FakeAnswer {
  if (!request.path.startsWith(BASE)) return json(404, { error: 'unknown domain' });
  if (request.headers['x-api-key'] !== pbx.key) return json(401, { error: 'unauthorized' });
  switch (`${request.method} ${request.path.slice(BASE.length).replace(/\/$/, '')}`) {
    case 'GET accounts':
      return json(
        200,
        pbx.people.map(({ ext, name }) => ({ extension: ext, name })),
      );
    case 'GET groups':
      return json(
        200,
        pbx.groups.map(({ ext, name }, index) => ({ id: index + 1, extension: ext, name })),
      );
    case 'GET numbers':
      return json(
        200,
        pbx.ownNumbers.map((number) => ({ number, name: 'main' })),
      );
    case 'POST history': {
      const { start, end, limit } = JSON.parse(request.body) as Record<string, string | undefined>;
      const rows = rowsBetween(pbx, start ?? null, end ?? null);
      if (!rows) return json(400, { error: 'start and end are ISO 8601' });
      return json(
        200,
        rows
          .slice(0, Number(limit ?? 1e9))
          .map(({ id, type, status, client, login, via, start: at, wait, talk, record }) => ({
            id,
            type: type === 'in' && status !== 'Success' ? 'missed' : type,
            account: personOf(pbx, login)?.ext ?? '',
            client,
            via,
            start: new Date(at).toISOString(),
            wait,
            duration: talk,
            record,
          })),
      );
    }
    default:
      return json(405, { error: 'method not allowed' });
  }
}
