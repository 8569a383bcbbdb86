import { Heading } from "../parts";

export function CoursePage(_: { courseId: string }) {
  return <Heading title="CoursePage" />;
}
