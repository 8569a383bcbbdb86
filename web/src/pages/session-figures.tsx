import { Heading } from "../parts";

export function SessionFiguresPage(_: { sessionId: string }) {
  return <Heading title="SessionFiguresPage" />;
}
