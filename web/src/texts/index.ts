import { account } from "./account";
import { admin } from "./admin";
import { audit } from "./audit";
import { common } from "./common";
import { exporting } from "./exporting";
import { figures } from "./figures";
import { opening } from "./opening";
import { projector } from "./projector";
import { records } from "./records";
import { review } from "./review";
import { rollCall } from "./roll-call";
import { session } from "./session";
import { signIn } from "./sign-in";
import { teaching } from "./teaching";

export { counted } from "./counted";

/** Every text of the page, English. A translation is another object of this type. */
export const texts = {
  account,
  admin,
  audit,
  common,
  exporting,
  figures,
  opening,
  projector,
  records,
  review,
  rollCall,
  session,
  signIn,
  teaching,
};
