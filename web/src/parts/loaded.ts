import { useCallback, useEffect, useState } from "preact/hooks";

/** What was asked of the server: under way, here, or failed. `value` stays while it is asked for again. */
export interface Loaded<T> {
  value: T | undefined;
  error: unknown;
  busy: boolean;
  reload: () => void;
}

/** Ask the server for something when the page opens and whenever `keys` change; an answer that was overtaken is dropped. */
export function useLoaded<T>(ask: (signal: AbortSignal) => Promise<T>, keys: unknown[]): Loaded<T> {
  const [state, setState] = useState<{ value: T | undefined; error: unknown; busy: boolean }>({
    value: undefined,
    error: undefined,
    busy: true,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const asking = new AbortController();
    setState((before) => ({ ...before, busy: true, error: undefined }));
    ask(asking.signal).then(
      (value) => asking.signal.aborted || setState({ value, error: undefined, busy: false }),
      (error) => asking.signal.aborted || setState((before) => ({ ...before, error, busy: false })),
    );
    return () => asking.abort();
  }, [...keys, round]);
  return { ...state, reload: useCallback(() => setRound((before) => before + 1), []) };
}
