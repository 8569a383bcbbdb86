import { admin } from "../../../api/transport";
import { type User, UserState } from "../../../contract/absense/v1/user_pb";
import { texts } from "../../../texts";

type Tone = "good" | "warn" | "bad" | "info" | "quiet";

export const TONES: Record<UserState, Tone> = {
  [UserState.UNSPECIFIED]: "quiet",
  [UserState.PENDING_EMAIL]: "info",
  [UserState.PENDING_APPROVAL]: "warn",
  [UserState.INVITED]: "info",
  [UserState.ACTIVE]: "good",
  [UserState.DEACTIVATED]: "quiet",
  [UserState.ERASED]: "quiet",
};

export const waits = (user: User): boolean => user.state === UserState.PENDING_APPROVAL;

/** Who it is, also of whom nothing is left. */
export const nameOf = (user: User): string => user.fullName || user.email || texts.admin.users.erasedName;

/** Approve, switch on, or switch off (which is how one is refused). Raises ConnectError. */
export async function setState(user: User, state: UserState.ACTIVE | UserState.DEACTIVATED): Promise<User> {
  const answer = await admin.updateUser({ userId: user.id, state, updateMask: { paths: ["state"] } });
  return answer.user ?? user;
}
