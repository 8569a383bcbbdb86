import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { batch, type Signal, signal } from "@preact/signals";
import { isPassing, reasonOf } from "../../api/errors";
import { sleep } from "../../api/sleep";
import { type StreamState, type Watching, watch } from "../../api/streams";
import { lecturer, NO_DEADLINE, publicAuth } from "../../api/transport";
import { type AttendanceSession, SessionState } from "../../contract/absense/v1/attendance_session_pb";
import type { WatchQrCodesResponse } from "../../contract/absense/v1/lecturer_service_pb";
import type { QrCode } from "../../contract/absense/v1/qr_code_pb";
import {
  type CodeTimes,
  GRACE,
  jumped,
  type Moment,
  notBefore,
  replaces,
  type ServerClock,
  type Standing,
  serverNow,
  standing,
  tighter,
} from "./timing";

/** Where the projector stands: "over" also when the session was cancelled; `session` says which. */
export type Stage =
  | { kind: "starting" }
  | { kind: "waiting" }
  | { kind: "running" }
  | { kind: "over" }
  | { kind: "failed"; error: unknown };

/** The first message comes at once; a connection without it is none. */
const FIRST_MESSAGE_MS = 10_000;
/** A reading of the server's clock that took longer is taken once more. */
const SLOW_READING_MS = 1_000;
const LOST_MS = 1_000;
const TICK_MS = 250;
const POLL_MS = 3_000;
const POLL_STILL_MS = 10_000;
/** Between two attempts at making up for a code that did not come. */
const AGAIN_MS = 5_000;

const moment = (): Moment => ({ steady: performance.now(), wall: Date.now() });

/** What a screen shows of one session: follows its codes and counts until it is stopped. */
export class Projection {
  readonly stage: Signal<Stage> = signal<Stage>({ kind: "starting" });
  /** The code that is good now; null while there is none. */
  readonly code: Signal<QrCode | null> = signal<QrCode | null>(null);
  /** How `code` stands. */
  readonly standing: Signal<Standing | null> = signal<Standing | null>(null);
  readonly session: Signal<AttendanceSession | null> = signal<AttendanceSession | null>(null);
  /** Until the session opens, milliseconds, while it is not open yet. */
  readonly untilOpen: Signal<number> = signal(0);
  /** Since the session was closed by hand, milliseconds; Infinity where it was not. */
  readonly sinceClosed: Signal<number> = signal(Number.POSITIVE_INFINITY);
  /** The connection is lost, and is being made again. */
  readonly lost: Signal<boolean> = signal(false);
  /** Claims count as late now. */
  readonly lateNow: Signal<boolean> = signal(false);

  readonly #sessionId: string;
  readonly #whole = new AbortController();
  #link: Watching | undefined;
  #clock: ServerClock | undefined;
  /** Of the last code that came, good or not: what is due next. */
  #times: { issue: number; expire: number; next: number | null } | undefined;
  #lastTick = moment();
  #timer = 0;
  #again = 0;
  #losing = 0;
  #poll = new AbortController();
  #live = false;

  constructor(sessionId: string) {
    this.#sessionId = sessionId;
  }

  start(): void {
    document.addEventListener("visibilitychange", this.#tick);
    addEventListener("pageshow", this.#tick);
    this.#follow();
    this.#tick();
    void this.#count();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#tick);
    removeEventListener("pageshow", this.#tick);
    clearTimeout(this.#timer);
    clearTimeout(this.#losing);
    this.#link?.stop();
    this.#whole.abort();
    this.#poll.abort();
  }

  /** Connect again now. */
  retry(): void {
    if (this.stage.value.kind === "failed") this.#follow();
    else this.#link?.reconnect();
    this.refresh();
  }

  /** Ask for the session now rather than in a moment. */
  refresh(): void {
    this.#poll.abort();
  }

  /** Take over a session that a call of this page has changed. */
  changed(session: AttendanceSession | undefined): void {
    if (session) this.#take(session);
  }

  /** Show a code, unless a younger one is there already. */
  show(code: QrCode): void {
    const { issueTime, expireTime, nextRotationTime } = code;
    const shown = this.code.value;
    if (!issueTime || !expireTime || !this.#clock || document.hidden || (shown && !replaces(code, shown))) return;
    const issue = timestampMs(issueTime);
    this.#clock = notBefore(this.#clock, issue, moment());
    this.#times = {
      issue,
      expire: timestampMs(expireTime),
      next: nextRotationTime ? timestampMs(nextRotationTime) : null,
    };
    batch(() => {
      this.code.value = code;
      this.stage.value = { kind: "running" };
      this.#tick();
    });
  }

  #follow(): void {
    this.#link?.stop();
    this.stage.value = { kind: "starting" };
    this.#link = watch(
      (signal) => this.#open(signal),
      (item) => this.#came(item),
      (state) => this.#stands(state),
    );
  }

  /** One connection: the server's time first, for a code may come in the middle of its life. */
  async *#open(signal: AbortSignal): AsyncIterable<WatchQrCodesResponse> {
    const connection = new AbortController();
    const end = () => connection.abort();
    signal.addEventListener("abort", end, { once: true });
    const timer = setTimeout(end, FIRST_MESSAGE_MS);
    const options = { ...NO_DEADLINE, signal: connection.signal };
    try {
      this.#clock = await this.#readClock(connection.signal);
      for await (const item of lecturer.watchQrCodes({ sessionId: this.#sessionId }, options)) {
        clearTimeout(timer);
        yield item;
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      end();
    }
  }

  async #readClock(signal: AbortSignal): Promise<ServerClock> {
    const read = async (): Promise<ServerClock> => {
      const at = moment();
      const { serverTime } = await publicAuth.getServerInfo({}, { signal });
      if (!serverTime) throw new ConnectError("no server time", Code.Unavailable);
      return { server: timestampMs(serverTime), at };
    };
    const first = await read();
    if (performance.now() - first.at.steady < SLOW_READING_MS) return first;
    return tighter(first, await read(), moment());
  }

  #came({ event }: WatchQrCodesResponse): void {
    if (event.case === "code") this.show(event.value);
    else if (event.case === "waiting") {
      this.#drop();
      this.stage.value = { kind: "waiting" };
      this.#tick();
    }
  }

  #stands(state: StreamState): void {
    this.#live = state.kind === "live";
    if (state.kind === "live") this.#connected();
    else if (state.kind === "hidden") {
      this.#connected();
      this.#drop();
      if (this.stage.value.kind === "running") this.stage.value = { kind: "starting" };
    } else if (state.kind === "lost") this.#disconnected();
    else if (state.kind === "over") this.#over();
    else if (state.kind === "failed") this.#failed(state.error);
  }

  #connected(): void {
    clearTimeout(this.#losing);
    this.lost.value = false;
  }

  /** A server that restarts hands over to another within a moment, which nobody needs to read about. */
  #disconnected(): void {
    clearTimeout(this.#losing);
    this.#losing = window.setTimeout(
      () => {
        this.lost.value = true;
      },
      this.lost.value ? 0 : LOST_MS,
    );
  }

  #failed(error: unknown): void {
    if (["SESSION_CLOSED", "SESSION_CANCELLED"].includes(reasonOf(error))) {
      this.#over();
      return;
    }
    this.#drop();
    this.#connected();
    this.stage.value = { kind: "failed", error };
    // a sign-in that was ended elsewhere is noticed by the next call, which asks for another token
    this.refresh();
  }

  #over(): void {
    batch(() => {
      this.#drop();
      this.#connected();
      this.stage.value = { kind: "over" };
    });
    this.refresh();
  }

  #drop(): void {
    this.#times = undefined;
    batch(() => {
      this.code.value = null;
      this.standing.value = null;
    });
  }

  #take(session: AttendanceSession): void {
    const before = this.session.value;
    if (before && session.revision < before.revision) return;
    // only GetSession counts who is expected
    if (session.expectedCount === undefined && before?.expectedCount !== undefined)
      session.expectedCount = before.expectedCount;
    this.session.value = session;
    const stage = this.stage.value.kind;
    const ended = session.state === SessionState.CLOSED || session.state === SessionState.CANCELLED;
    if (ended && stage !== "over") {
      this.#link?.stop();
      this.#over();
    } else if (!ended && (stage === "over" || stage === "failed")) {
      this.#follow();
    } else if (before && !ended && milliseconds(before.endTime) !== milliseconds(session.endTime)) {
      // whether the code on the wall has a successor is another question now
      this.#link?.reconnect();
    }
    this.#tick();
  }

  /** The counts, every few seconds while somebody can see them: not a stream, of which a page may hold one. */
  async #count(): Promise<void> {
    while (!this.#whole.signal.aborted) {
      this.#poll = new AbortController();
      if (!document.hidden) {
        try {
          const { session } = await lecturer.getSession(
            { sessionId: this.#sessionId },
            { signal: this.#whole.signal, timeoutMs: 8_000 },
          );
          if (session) this.#take(session);
          // the server is there again: not another ten seconds
          if (this.lost.value) this.#link?.reconnect();
        } catch (error) {
          if (this.#whole.signal.aborted) return;
          if (!(error instanceof ConnectError)) throw error;
          // the stream says so too, in its own time
          if (!isPassing(error) && reasonOf(error) === "SESSION_NOT_FOUND") {
            this.#link?.stop();
            this.#drop();
            this.stage.value = { kind: "failed", error };
          }
        }
      }
      const still = this.stage.value.kind === "over" || this.stage.value.kind === "failed";
      await sleep(still ? POLL_STILL_MS : POLL_MS, this.#poll.signal);
    }
  }

  /** What time alone changes: called every moment, and whenever the page is seen again. */
  readonly #tick = (): void => {
    clearTimeout(this.#timer);
    if (this.#whole.signal.aborted) return;
    const at = moment();
    const slept = jumped(this.#lastTick, at);
    this.#lastTick = at;
    let next = TICK_MS;
    if (this.#clock && !document.hidden) {
      const now = serverNow(this.#clock, at);
      const session = this.session.value;
      const late = session?.lateAfterTime;
      const opens = milliseconds(session?.openTime);
      batch(() => {
        this.lateNow.value = late !== undefined && now >= timestampMs(late);
        const closed = session?.closeTime;
        this.sinceClosed.value = closed
          ? Math.floor((now - timestampMs(closed)) / 1000) * 1000
          : Number.POSITIVE_INFINITY;
        this.untilOpen.value = Math.max(0, opens - now);
        if (this.#times) next = this.#turn(this.#times, now);
      });
      const due = this.#times ? standing(this.#withEnd(this.#times), now).overdue : false;
      const opened = this.stage.value.kind === "waiting" && opens > 0 && now >= opens + GRACE;
      if (slept) this.#link?.reconnect();
      else if ((due || opened) && this.#live && at.steady - this.#again > AGAIN_MS) {
        this.#again = at.steady;
        this.#disconnected();
        this.#link?.reconnect();
      }
    }
    this.#timer = window.setTimeout(this.#tick, next);
  };

  /** Says how the code stands and takes it off the wall the moment it dies; returns when to look again. */
  #turn(times: { issue: number; expire: number; next: number | null }, now: number): number {
    const stands = standing(this.#withEnd(times), now);
    if (!stands.good) {
      this.code.value = null;
      this.standing.value = null;
      return TICK_MS;
    }
    this.standing.value = stands;
    return Math.max(1, Math.min(TICK_MS, stands.left));
  }

  /** With the session's end, which may have moved since the code came. */
  #withEnd(times: { issue: number; expire: number; next: number | null }): CodeTimes {
    const end = milliseconds(this.session.value?.endTime) || milliseconds(this.code.value?.context?.endTime);
    return { ...times, end: end || times.expire };
  }
}

const milliseconds = (at: Parameters<typeof timestampMs>[0] | undefined): number => (at ? timestampMs(at) : 0);
