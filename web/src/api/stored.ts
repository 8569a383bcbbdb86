/** What is kept in the browser for all tabs: a few words, no secrets. */
export interface Stored {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}

/** `localStorage`; in this page's memory alone where the browser refuses it, or it is full. */
export function storedIn(storage: () => Storage): Stored {
  const memory = new Map<string, string>();
  const tried = <T>(act: () => T, otherwise: T): T => {
    try {
      return act();
    } catch (error) {
      // a setting of the browser, such as "block all cookies": the page works, but forgets
      if (error instanceof DOMException) return otherwise;
      throw error;
    }
  };
  return {
    get: (key) => memory.get(key) ?? tried(() => storage().getItem(key), null),
    set(key, value) {
      const kept = tried(() => {
        storage().setItem(key, value);
        return true;
      }, false);
      if (kept) memory.delete(key);
      else memory.set(key, value);
    },
    remove(key) {
      memory.delete(key);
      tried(() => storage().removeItem(key), undefined);
    },
  };
}

export const stored = storedIn(() => localStorage);
