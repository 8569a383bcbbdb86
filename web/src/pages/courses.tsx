import { Heading } from "../parts";

export function CoursesPage() {
  return <Heading title="CoursesPage" />;
}
