/** "pbx action" on the dialects with REST: `{method, path, query, body}` in the vendor's words, never to another host. */

import { PbxError } from '../../model';
import type { Api } from './api';
import { fieldsOf, textOf } from './fields';
import type { Fields } from './fields';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;

export async function restAction(
  api: Api,
  request: Fields,
  { path: example, signal }: { path: string; signal: AbortSignal },
): Promise<unknown> {
  const path = textOf(request['path'], 1_000);
  if (!path)
    throw new PbxError(
      'invalid-argument',
      `a request of this PBX needs "path", for example {"method":"GET","path":"${example}"}`,
    );
  const { body } = request;
  const wanted = (textOf(request['method']) ?? (body === undefined ? 'GET' : 'POST')).toUpperCase();
  const method = METHODS.find((known) => known === wanted);
  if (!method) throw new PbxError('invalid-argument', `"method" must be one of ${METHODS.join(', ')}`);
  const query: Record<string, string> = {};
  for (const [name, value] of Object.entries(fieldsOf(request['query']) ?? {})) {
    const text = typeof value === 'boolean' ? String(value) : textOf(value, 2_000);
    if (text !== null) query[name] = text;
  }
  const { value, text } = await api.ask({
    path,
    method,
    query,
    ...(body !== undefined && method !== 'GET' && { json: body }),
    plain: /^/,
    effect: method !== 'GET',
    what: `${method} ${path.split('?', 1)[0] ?? path}`,
    signal,
  });
  return value === undefined ? text : value;
}
