import { Heading } from "../parts";

export function RollCallPage(_: { sessionId: string }) {
  return <Heading title="RollCallPage" />;
}
