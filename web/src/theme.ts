import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
const KEY = "absense.theme";

/** The colours chosen on this computer. */
export const theme = signal<Theme>((localStorage.getItem(KEY) as Theme | null) ?? "system");

effect(() => {
  const root = document.documentElement;
  if (theme.value === "system") {
    delete root.dataset.theme;
    localStorage.removeItem(KEY);
  } else {
    root.dataset.theme = theme.value;
    localStorage.setItem(KEY, theme.value);
  }
});
