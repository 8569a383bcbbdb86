import { Heading } from "../parts";

export function OpenSessionPage(_: { courseId: string }) {
  return <Heading title="OpenSessionPage" />;
}
