import { Heading } from "../parts";

export function CourseReportPage(_: { courseId: string }) {
  return <Heading title="CourseReportPage" />;
}
