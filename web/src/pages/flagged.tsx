import { Heading } from "../parts";

export function FlaggedPage(_: { sessionId?: string }) {
  return <Heading title="FlaggedPage" />;
}
