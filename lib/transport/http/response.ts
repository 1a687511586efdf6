/** A whole answer of a web server: its body is here, bounded, and read as what it claims to be only on request. */

import { PbxError } from '../../model';

export class HttpResponse {
  readonly status: number;
  /** Names in lower case; a header sent several times is one text, joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where the answer came from in the end: differs from what was asked when a redirect was followed. */
  readonly url: URL;
  readonly #account: string;

  constructor(
    from: { account: string; url: URL },
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
  ) {
    this.#account = from.account;
    this.url = from.url;
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** 200-299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** `text/html`, without parameters and in lower case; empty when not told. */
  get contentType(): string {
    return mediaType(this.headers['content-type']);
  }

  /** The body in the charset the server names, else UTF-8. */
  text(): string {
    const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(this.headers['content-type'] ?? '')?.[1];
    try {
      return new TextDecoder(charset ?? 'utf-8').decode(this.body);
    } catch {
      // A charset that nobody knows.
      return this.body.toString('utf8');
    }
  }

  /** The body as JSON, whatever the content type says: vendors mislabel it. Throws `protocol` when it is none. */
  json(): unknown {
    try {
      return JSON.parse(this.text()) as unknown;
    } catch {
      const kind = this.contentType || 'no content type';
      throw new PbxError(
        'protocol',
        `"${this.#account}": ${this.url.host} answered with something else than JSON (${kind}).`,
        {
          account: this.#account,
          vendor: { code: String(this.status), message: null },
        },
      );
    }
  }
}

export function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Headers as undici gives them, as plain texts. */
export function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return plain;
}
