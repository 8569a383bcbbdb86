import { Heading } from "../../parts";

export function UsersPage() {
  return <Heading title="UsersPage" />;
}
