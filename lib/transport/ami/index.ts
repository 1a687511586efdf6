/** The wire of the Asterisk Manager Interface: bytes to messages, and one session from connect to close. */
export { encodeAction, type AmiFields, type AmiReply, type AmiValue } from './action';
export { beginningOf } from './block';
export type { AmiBlock } from './block';
export { AmiMessage, type AmiMessageKind } from './message';
export { AmiParser, type AmiMalformed, type AmiParserCounters, type AmiParserLimits, type AmiSink } from './parser';
export type { AmiActionOptions, AmiSessionCounters, AmiSessionLimits, AmiSessionOptions } from './options';
export { AmiSession } from './session';
export {
  challengeKey,
  checkActionName,
  checkChannel,
  checkContext,
  checkExtension,
  checkField,
  checkKey,
  checkNoPattern,
  MASK,
  redact,
  unescapeC,
  withMaskedRaw,
} from './text';
