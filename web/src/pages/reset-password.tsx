import { Heading } from "../parts";

export function ResetPasswordPage() {
  return <Heading title="ResetPasswordPage" />;
}
