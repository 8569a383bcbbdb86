import { asAdmin } from "../../api/reviewing";
import { Heading } from "../../parts";
import { texts } from "../../texts";
import { Review } from "../flagged";
import { AdminTabs } from "./tabs";

/** What waits for a person's look anywhere, for administrators. */
export function AdminFlaggedPage() {
  return (
    <div class="stack">
      <Heading title={texts.review.title} />
      <AdminTabs />
      <Review reviewing={asAdmin} scope={undefined} />
    </div>
  );
}
