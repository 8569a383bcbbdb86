import { Heading } from "../../parts";

export function AdminFlaggedPage() {
  return <Heading title="AdminFlaggedPage" />;
}
