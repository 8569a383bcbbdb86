import { common } from "./common";
import { projector } from "./projector";
import { signIn } from "./sign-in";
import { teaching } from "./teaching";

/** Every text of the page, English. A translation is another object of this type. */
export const texts = { common, projector, signIn, teaching };

const plurals = new Intl.PluralRules("en");

/** "1 student", "2 students". */
export function counted(count: number, one: string, other: string): string {
  return `${count.toLocaleString("en")} ${plurals.select(count) === "one" ? one : other}`;
}
