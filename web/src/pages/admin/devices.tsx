import { Heading } from "../../parts";

export function DevicesPage() {
  return <Heading title="DevicesPage" />;
}
