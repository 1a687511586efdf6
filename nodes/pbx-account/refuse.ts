/** How an admin endpoint says no. */

import type { Response } from 'express';
import type { PbxError, PbxErrorCode } from '../../lib/index';

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
