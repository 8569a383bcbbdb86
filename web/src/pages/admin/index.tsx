import { Heading } from "../../parts";

export function AdminPage() {
  return <Heading title="AdminPage" />;
}
