/** What a script wants the people of a call, or one person in every call, to do; what it leaves open they decide themselves. */

export interface Script {
  /** Nobody does anything by himself: only further script actions move the call. */
  manual?: boolean;
  /** Seconds the called person lets it ring before answering; `false`: never answers. */
  answerSeconds?: number | false;
  /** Seconds the called person lets it ring before rejecting. */
  rejectSeconds?: number;
  /** The called person's phone is busy, or cannot be reached, or does not exist. */
  busy?: boolean;
  unreachable?: boolean;
  invalid?: boolean;
  /** Seconds the caller waits before giving up. */
  giveUpSeconds?: number;
  talkSeconds?: number;
  /** Who hangs up at the end of the talk. */
  hangupBy?: 'caller' | 'callee';
  /** Whether the talk is recorded. */
  record?: boolean;
  /** People may also hold, transfer and press digits, as they please. */
  lively?: boolean;
}
