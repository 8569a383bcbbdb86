import { Heading } from "../parts";

export function ConfirmEmailPage() {
  return <Heading title="ConfirmEmailPage" />;
}
