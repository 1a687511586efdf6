/** What an admin endpoint takes, and how it says no. */

import type { Request, Response } from 'express';
import type { PbxError, PbxErrorCode } from '../../lib/index';
import { isRecord } from '../shared/values';

const STATUS_OF: Readonly<Partial<Record<PbxErrorCode, number>>> = {
  'not-found': 404,
  'not-supported': 501,
  'not-connected': 503,
  'rate-limited': 429,
  timeout: 504,
};

export function refuse(response: Response, { code, message }: PbxError): void {
  response.status(STATUS_OF[code] ?? 400).json({ code, reason: message });
}

/** The body of an order, `null` for none. Only JSON: a form of another web page cannot send that. */
export function orderOf(request: Request): Record<string, unknown> | null {
  const body: unknown = request.body;
  return request.is('application/json') && isRecord(body) ? body : null;
}
