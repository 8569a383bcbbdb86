import { effect, signal } from "@preact/signals";
import { stored } from "./api/stored";

export type Theme = "system" | "light" | "dark";
const KEY = "absense.theme";

/** The colours chosen on this computer. */
export const theme = signal<Theme>(themeOf(stored.get(KEY)));

addEventListener("storage", ({ key, newValue }) => {
  // chosen in another tab
  if (key === KEY) theme.value = themeOf(newValue);
});

effect(() => {
  const root = document.documentElement;
  if (theme.value === "system") {
    delete root.dataset.theme;
    stored.remove(KEY);
  } else {
    root.dataset.theme = theme.value;
    stored.set(KEY, theme.value);
  }
});

function themeOf(word: string | null): Theme {
  return word === "light" || word === "dark" ? word : "system";
}
