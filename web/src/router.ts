import { signal } from "@preact/signals";

/** Where the page is: the address's path, such as "/sessions/0193.../projector". */
export const path = signal(location.pathname);

addEventListener("popstate", () => {
  path.value = location.pathname;
});

/** Go to another address of the page. */
export function go(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  path.value = location.pathname;
  scrollTo(0, 0);
}

/** Follow a link of the page without loading it anew; clicks that ask for a new tab are the browser's. */
export function follow(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest("a");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  go(link.pathname + link.search + link.hash);
}

/** The parts of `at` where `pattern` has a `:name`, or null if it is another address. */
export function match(pattern: string, at: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = at.replace(/\/+$/, "").split("/");
  if (wanted.length !== Math.max(given.length, 1) && !(pattern === "/" && given.length <= 1)) return null;
  if (pattern === "/") return given.join("") === "" ? {} : null;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) {
      if (!value) return null;
      const text = decoded(value);
      if (text === null) return null;
      found[part.slice(1)] = text;
    } else if (part !== value) return null;
  }
  return found;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // a % that is followed by no character's bytes
    if (error instanceof URIError) return null;
    throw error;
  }
}
