import { Heading } from "../parts";

export function ProjectorPage(_: { sessionId: string }) {
  return <Heading title="ProjectorPage" />;
}
