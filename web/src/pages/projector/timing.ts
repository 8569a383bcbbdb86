/**
 * When a code on the wall is still good, by the server's time. The computer's wall clock may be wrong by hours; only how
 * far it moves is used, and only where it moves further than the steady clock, which stands still in some browsers
 * while a computer sleeps. All instants and spans are milliseconds.
 */

/** One moment by both of the computer's clocks: `performance.now()` and `Date.now()`. */
export interface Moment {
  steady: number;
  wall: number;
}

/** What the server's clock said, at the latest, at a moment here. */
export interface ServerClock {
  server: number;
  at: Moment;
}

/** The times of one code, by the server's clock. */
export interface CodeTimes {
  issue: number;
  expire: number;
  /** When its successor appears; null for the last one. */
  next: number | null;
  /** First instant at which the session takes no more. */
  end: number;
}

/** How a code stands at one instant. */
export interface Standing {
  good: boolean;
  /** Until it is no longer good; 0 once it is not. */
  left: number;
  /** Until its successor is due, or until it ends where there is none; 0 once that is past. */
  untilNext: number;
  /** `untilNext` as a share of the time from one code to the next, 0 to 1. */
  share: number;
  /** The successor, or the end, should have been heard of by now. */
  overdue: boolean;
}

/** How long a successor may be on its way. */
export const GRACE = 2_000;
/** Clocks that moved further apart than this: the computer slept, or its clock was set. */
const APART = 2_000;

/** Milliseconds from one moment to another by whichever clock moved further. */
export function elapsed(from: Moment, to: Moment): number {
  return Math.max(to.steady - from.steady, to.wall - from.wall, 0);
}

/** Whether the computer slept, or its clock was put forward, between two moments. */
export function jumped(from: Moment, to: Moment): boolean {
  return to.wall - from.wall - (to.steady - from.steady) > APART;
}

/** The server's time now, never too early: what was read counts from when it was asked for. */
export function serverNow(clock: ServerClock, now: Moment): number {
  return clock.server + elapsed(clock.at, now);
}

/** The reading with the shorter way of two that say what the server's time is at the latest. */
export function tighter(one: ServerClock, other: ServerClock, now: Moment): ServerClock {
  return serverNow(one, now) <= serverNow(other, now) ? one : other;
}

/** The clock after a code came that was issued at `issue`: no code comes before its time. */
export function notBefore(clock: ServerClock, issue: number, now: Moment): ServerClock {
  return serverNow(clock, now) >= issue ? clock : { server: issue, at: now };
}

/** How a code stands at an instant of the server's clock. */
export function standing(code: CodeTimes, now: number): Standing {
  const dies = Math.min(code.expire, code.end);
  const turns = Math.min(code.next ?? dies, dies);
  const untilNext = Math.max(0, turns - now);
  return {
    good: now < dies,
    left: Math.max(0, dies - now),
    untilNext,
    share: Math.min(1, untilNext / Math.max(1, turns - code.issue)),
    overdue: now >= turns + GRACE,
  };
}

/** Whether a code takes the place of another: of two messages that overtook each other the younger code stays. */
export function replaces(
  code: { generation: number; step: bigint },
  shown: { generation: number; step: bigint },
): boolean {
  return code.generation !== shown.generation ? code.generation > shown.generation : code.step >= shown.step;
}

/** "0:42", "12:05", "1:02:09": a countdown, rounded up so that it is 0:00 only when it is over. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
