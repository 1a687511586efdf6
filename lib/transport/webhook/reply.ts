/** Short plain answers: a sender looks at the status, a person with curl at the text. */

import type { WebhookResponse } from '../../provider';

export function reply(status: number, text: string): WebhookResponse {
  return { status, body: text, contentType: 'text/plain; charset=utf-8' };
}
