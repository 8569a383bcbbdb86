import { Heading } from "../parts";

export function ForgotPasswordPage() {
  return <Heading title="ForgotPasswordPage" />;
}
