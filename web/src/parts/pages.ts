import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** A list that comes in pages: what is here so far, and how to get more. */
export interface Pages<T> {
  items: T[] | undefined;
  more: boolean;
  error: unknown;
  busy: boolean;
  /** The next page; after a failure, the same again. */
  load: () => void;
  /** From the first page on. */
  reload: () => void;
  /** Show one that was changed, without asking for all again. */
  put: (item: T) => void;
}

interface State<T> {
  items: T[] | undefined;
  token: string;
  error: unknown;
  busy: boolean;
}

/** Ask for a list page by page, from the first whenever `keys` change; `same` says what an item is known by. */
export function usePages<T>(
  ask: (pageToken: string, signal: AbortSignal) => Promise<{ items: T[]; nextPageToken: string }>,
  same: (item: T) => string,
  keys: unknown[],
): Pages<T> {
  const [state, setState] = useState<State<T>>({ items: undefined, token: "", error: undefined, busy: true });
  const asking = useRef(new AbortController());
  async function load(before: T[], token: string) {
    asking.current.abort();
    asking.current = new AbortController();
    const { signal } = asking.current;
    setState((now) => ({ ...now, busy: true, error: undefined }));
    try {
      const { items, nextPageToken } = await ask(token, signal);
      if (signal.aborted) return;
      const known = new Set(before.map(same));
      const all = [...before, ...items.filter((item) => !known.has(same(item)))];
      setState({ items: all, token: nextPageToken, error: undefined, busy: false });
    } catch (error) {
      if (!signal.aborted) setState((now) => ({ ...now, error, busy: false }));
    }
  }
  useEffect(() => {
    void load([], "");
    return () => asking.current.abort();
  }, keys);
  return {
    items: state.items,
    more: state.token !== "",
    error: state.error,
    busy: state.busy,
    load: () => void load(state.token ? (state.items ?? []) : [], state.token),
    reload: () => void load([], ""),
    put: useCallback((item: T) => {
      setState((now) => ({ ...now, items: now.items?.map((old) => (same(old) === same(item) ? item : old)) }));
    }, []),
  };
}
