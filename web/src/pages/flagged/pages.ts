import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface Pages<T> {
  items: T[];
  /** Whether the server has more. */
  more: boolean;
  busy: boolean;
  error: unknown;
  next: () => void;
  /** Forget everything and ask anew. */
  again: () => void;
  replace: (at: number, item: T) => void;
  remove: (gone: (item: T) => boolean) => void;
}

/** A list that the server gives page by page: the first at once, the others when asked for. */
export function usePages<K extends string, T>(
  ask: (pageToken: string, signal: AbortSignal) => Promise<{ nextPageToken: string } & Record<K, T[]>>,
  name: K,
): Pages<T> {
  const [state, setState] = useState<{ items: T[]; token: string; busy: boolean; error: unknown }>({
    items: [],
    token: "",
    busy: true,
    error: undefined,
  });
  const asking = useRef(new AbortController());
  const latest = useRef(ask);
  latest.current = ask;

  const load = useCallback(
    (token: string) => {
      asking.current.abort();
      asking.current = new AbortController();
      const { signal } = asking.current;
      setState((before) => ({ ...before, ...(token ? {} : { items: [], token: "" }), busy: true, error: undefined }));
      latest.current(token, signal).then(
        (page) =>
          signal.aborted ||
          setState((before) => ({
            items: token ? [...before.items, ...page[name]] : page[name],
            token: page.nextPageToken,
            busy: false,
            error: undefined,
          })),
        (error) => signal.aborted || setState((before) => ({ ...before, busy: false, error })),
      );
    },
    [name],
  );
  useEffect(() => {
    load("");
    return () => asking.current.abort();
  }, [load]);

  return {
    items: state.items,
    more: state.token !== "",
    busy: state.busy,
    error: state.error,
    next: () => state.token && load(state.token),
    again: () => load(""),
    replace: (at, item) =>
      setState((before) => ({ ...before, items: before.items.map((one, index) => (index === at ? item : one)) })),
    remove: (gone) => setState((before) => ({ ...before, items: before.items.filter((one) => !gone(one)) })),
  };
}
