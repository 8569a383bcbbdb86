import { Heading } from "../../parts";

export function AuditPage() {
  return <Heading title="AuditPage" />;
}
