/**
 * Recordings come as files of unknown length from a server that may lie about their names: they are streamed, bounded, written under a
 * temporary name and renamed when whole, so that nobody ever finds half a file.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import { hostOf, statusError } from './failure';
import { fileNameOf, safeFileName } from './file-name';
import { HttpResponse } from './response';

export interface DownloadTarget {
  /** Where the file is written, made when it is missing; without it the bytes are handed over. */
  folder?: string | undefined;
  /** Name of the file; made safe. Default: what the server calls it, else `fallback`. */
  name?: string;
  /** Default `download`. */
  fallback?: string;
  /** What is fetched, as the object of a sentence. Default `the file`. */
  what?: string;
  /** Media types that are no file but an error page. Default HTML and JSON. */
  refuse?: RegExp;
  /** Milliseconds without a byte after which it is given up. Default 30 s. */
  idleMs?: number;
}

export interface Download {
  name: string;
  contentType: string;
  bytes: number;
  /** The whole path of the file, when a folder was given. */
  path: string | null;
  /** The bytes, when no folder was given. */
  data: Buffer | null;
}

interface Incoming {
  status: number;
  headers: Readonly<Record<string, string>>;
  contentType: string;
  url: URL;
  body: AsyncIterable<Buffer>;
}

const ERROR_PAGE = /^(?:text\/html|application\/(?:problem\+)?json)$/;
const ERROR_PAGE_BYTES = 16 * 1024;

export async function download(
  incoming: Incoming,
  target: DownloadTarget,
  { account, clock }: { account: string; clock: Clock },
): Promise<Download> {
  const host = hostOf(incoming.url);
  const what = target.what ?? 'the file';
  const { status, headers, contentType } = incoming;
  const body = lively(incoming.body, target.idleMs ?? 30_000, clock, () => {
    const text = `"${account}": ${host} stopped sending ${what}.`;
    return new PbxError('timeout', text, { account });
  });
  if (status < 200 || status >= 300 || (target.refuse ?? ERROR_PAGE).test(contentType)) {
    const page = new HttpResponse({ account, url: incoming.url }, status, headers, await beginning(body));
    if (!page.ok) throw statusError(page, { account, host, what });
    throw new PbxError('not-found', `"${account}": ${host} sent a page instead of ${what}.`, {
      account,
      vendor: { code: String(status), message: page.text().slice(0, 200) },
    });
  }
  const name = safeFileName(
    target.name ?? fileNameOf(headers['content-disposition']) ?? '',
    target.fallback ?? 'download',
  );
  if (target.folder === undefined) {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const data = Buffer.concat(chunks);
    mustNotBeEmpty(data.length, what, account);
    return { name, contentType, bytes: data.length, path: null, data };
  }
  const path = join(resolve(target.folder), name);
  const bytes = await store(body, path, what, account);
  return { name, contentType, bytes, path, data: null };
}

/** Replaces a file of the same name: the same recording fetched again is the same file. */
async function store(body: AsyncIterable<Buffer>, path: string, what: string, account: string): Promise<number> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.part`;
  let bytes = 0;
  try {
    await mkdir(resolve(path, '..'), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      for await (const chunk of body) {
        // `write` of a FileHandle may write less than it was given.
        for (let done = 0; done < chunk.length;) done += (await file.write(chunk, done)).bytesWritten;
        bytes += chunk.length;
      }
    } finally {
      await file.close();
    }
    mustNotBeEmpty(bytes, what, account);
    await rename(temporary, path);
    return bytes;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw isFileError(error) ? fileError(error, path, account) : error;
  }
}

function mustNotBeEmpty(bytes: number, what: string, account: string): void {
  if (bytes === 0) throw new PbxError('not-found', `"${account}": ${what} is empty.`, { account });
}

async function beginning(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= ERROR_PAGE_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, ERROR_PAGE_BYTES);
}

/** The same chunks, but an error when none comes for a time. */
async function* lively(
  body: AsyncIterable<Buffer>,
  idleMs: number,
  clock: Clock,
  dead: () => PbxError,
): AsyncGenerator<Buffer> {
  const iterator = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      let give!: (error: PbxError) => void;
      const silence = new Promise<never>((_, reject) => {
        give = reject;
      });
      const timer = clock.after(idleMs, () => give(dead()));
      const step = iterator.next();
      // When the silence won, nobody waits for the step any more.
      step.catch(() => undefined);
      try {
        const { done, value } = await Promise.race([step, silence]);
        if (done) return;
        yield value;
      } finally {
        timer.cancel();
      }
    }
  } finally {
    // Not awaited: an iterator that hangs in `next` would hang here as well.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && !(error instanceof PbxError) && 'syscall' in error && 'path' in error;
}

function fileError(error: NodeJS.ErrnoException, path: string, account: string): PbxError {
  const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  return new PbxError(
    full ? 'unavailable' : 'invalid-argument',
    `"${account}": the file cannot be written to ${resolve(path, '..')} (${error.code ?? 'unknown reason'}). Check the folder, its rights and the free space.`,
    { account, vendor: { code: error.code ?? null, message: null } },
  );
}
