import { Code, ConnectError } from "@connectrpc/connect";
import { isPassing, reasonOf, waitOf } from "./errors";
import { sleep } from "./sleep";

/**
 * How a stream stands: "live" once something came; "hidden" while nobody can see the page; "lost" while it is being
 * connected again; "over": it ended OK.
 */
export type StreamState =
  | { kind: "connecting" }
  | { kind: "hidden" }
  | { kind: "live" }
  | { kind: "lost"; error: unknown; tries: number }
  | { kind: "over" }
  | { kind: "failed"; error: unknown };

/** The longest that a timer takes; what ends the wait is its signal. */
const NEVER_MS = 2 ** 31 - 1;

export interface Watching {
  /** Give the connection up and make another now: what should have come did not. */
  reconnect(): void;
  stop(): void;
}

/**
 * Follow a server stream for as long as it takes, through lost connections and restarted servers.
 *
 * `open` makes one connection; it is called again, after a wait that grows to ten seconds, whenever the last one failed
 * in a way that may pass. Whatever else ends it is "failed" or "over". While the page is hidden there is no connection:
 * a browser has six of them for all its tabs.
 */
export function watch<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  onItem: (item: T) => void,
  onState: (state: StreamState) => void,
): Watching {
  const whole = new AbortController();
  let connection = new AbortController();
  let waiting = new AbortController();
  const online = () => waiting.abort();
  const seenOrHidden = () => (document.hidden ? connection : waiting).abort();
  addEventListener("online", online);
  document.addEventListener("visibilitychange", seenOrHidden);
  whole.signal.addEventListener("abort", () => {
    removeEventListener("online", online);
    document.removeEventListener("visibilitychange", seenOrHidden);
    connection.abort();
    waiting.abort();
  });

  async function run() {
    let tries = 0;
    while (!whole.signal.aborted) {
      if (document.hidden) {
        onState({ kind: "hidden" });
        waiting = new AbortController();
        await sleep(NEVER_MS, waiting.signal);
        continue;
      }
      if (tries === 0) onState({ kind: "connecting" });
      connection = new AbortController();
      try {
        for await (const item of open(connection.signal)) {
          if (connection.signal.aborted) break;
          tries = 0;
          onState({ kind: "live" });
          onItem(item);
        }
        if (!connection.signal.aborted) return onState({ kind: "over" });
      } catch (error) {
        // given up on purpose: another one at once
        if (connection.signal.aborted) continue;
        if (!isPassing(error) && !isBroken(error)) return onState({ kind: "failed", error });
        tries += 1;
        onState({ kind: "lost", error, tries });
        waiting = new AbortController();
        // at once after the first loss: a server that restarts says goodbye, and another is there
        const wait = tries === 1 ? 100 : Math.min(10_000, 250 * 2 ** tries);
        await sleep(Math.max(waitOf(error), wait) * (0.75 + Math.random() / 2), waiting.signal);
      }
    }
  }
  void run();
  return {
    reconnect: () => {
      connection.abort();
      waiting.abort();
    },
    stop: () => whole.abort(),
  };
}

/** A stream cut in the middle: the browser or the proxy says so in its own words, without a reason of ours. */
function isBroken(error: unknown): boolean {
  return (
    !(error instanceof ConnectError) ||
    (reasonOf(error) === "" && [Code.Unknown, Code.Internal, Code.Canceled, Code.DataLoss].includes(error.code))
  );
}
