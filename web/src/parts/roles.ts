import { Role } from "../contract/absense/v1/role_pb";
import { texts } from "../texts";

/** What a person is, in a word. */
export function roleName(role: Role): string {
  if (role === Role.ADMIN) return texts.common.roles.admin;
  return role === Role.LECTURER ? texts.common.roles.lecturer : texts.common.roles.student;
}
