/** The one error class of the package. Codes are part of users' flows (a catch node switches on them): they never change. */

export const PBX_ERROR_CODES = [
  'not-connected',
  'unauthorized',
  'forbidden',
  'not-supported',
  'invalid-argument',
  'not-found',
  'rate-limited',
  'timeout',
  'rejected',
  'unavailable',
  'protocol',
  'uncertain',
] as const;

export type PbxErrorCode = (typeof PBX_ERROR_CODES)[number];

/** The PBX's own words for a failure. */
export interface VendorReason {
  code: string | null;
  message: string | null;
}

/** What a catch node finds in `msg.error.cause`. Holds no secret and nothing that cannot be serialised. */
export interface PbxErrorCause {
  /** The account by its name. */
  account: string | null;
  /** The command that failed, `null` when it was not a command. */
  command: string | null;
  /** Whether the same request may succeed later and is safe to send again. */
  retryable: boolean;
  vendor: VendorReason | null;
}

export interface PbxErrorDetails {
  account?: string | null;
  command?: string | null;
  retryable?: boolean;
  vendor?: VendorReason | null;
}

/** These may succeed when tried again later; for all others the request itself, or something a person must mend, is wrong. */
const RETRYABLE: ReadonlySet<PbxErrorCode> = new Set(['not-connected', 'rate-limited', 'unavailable']);

export class PbxError extends Error {
  override readonly name = 'PbxError';
  readonly code: PbxErrorCode;
  override readonly cause: PbxErrorCause;

  constructor(code: PbxErrorCode, message: string, details: PbxErrorDetails = {}) {
    super(message);
    this.code = code;
    this.cause = {
      account: details.account ?? null,
      command: details.command ?? null,
      retryable: details.retryable ?? RETRYABLE.has(code),
      vendor: details.vendor ?? null,
    };
  }

  /** The text alone: a catch node shows `msg.error.message` made of this, and people read it. */
  override toString(): string {
    return this.message;
  }

  /** The same error with the account and command filled in where they were not known at the place it arose. */
  within(place: { account?: string; command?: string }): PbxError {
    const filled = new PbxError(this.code, this.message, {
      ...this.cause,
      account: this.cause.account ?? place.account ?? null,
      command: this.cause.command ?? place.command ?? null,
    });
    if (this.stack) filled.stack = this.stack;
    return filled;
  }

  /** Anything thrown, as a PbxError; a programming error becomes `protocol`, its text kept. */
  static from(thrown: unknown, place: { account?: string; command?: string } = {}): PbxError {
    if (thrown instanceof PbxError) return thrown.within(place);
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    return new PbxError('protocol', text, place);
  }
}
