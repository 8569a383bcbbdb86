import { publicAuth } from "../api/transport";
import type { GetServerInfoResponse } from "../contract/absense/v1/auth_service_pb";
import { texts } from "../texts";
import { useLoaded } from "./loaded";

/** What the server demands; forms work without, because the server says what is wrong. */
export function useServerInfo(): GetServerInfoResponse | undefined {
  return useLoaded((signal) => publicAuth.getServerInfo({}, { signal }), []).value;
}

/** The rules for a new password, in a sentence. */
export function passwordHint(info: GetServerInfoResponse | undefined): string | undefined {
  const rules = info?.passwordRules;
  return rules && texts.signIn.passwordRules(rules.minLength, rules.refusesCommon);
}
