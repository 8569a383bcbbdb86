import { Heading } from "../parts";

export function AccountPage() {
  return <Heading title="AccountPage" />;
}
