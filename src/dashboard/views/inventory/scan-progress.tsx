import { formatCount, formatValue } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { useJob } from "../../components/use-job.ts";

/** How many of its listings a running scan has done, and where it is; live. */
export function ScanProgress({ id }: { id: string }) {
  const job = useJob(id);
  return (
    <Loaded of={job}>
      {({ progress }) => {
        const [done, total, found] = ["completed_shards", "total_shards", "total_resources"].map((name) =>
          Number(progress[name] ?? 0),
        );
        const place = [progress["current_service"], progress["current_region"]].map(formatValue).filter(Boolean);
        return (
          <div class="stack">
            <progress
              aria-label="Progress of the scan"
              max={total ? total : undefined}
              value={total ? done : undefined}
            />
            <span class="quiet">
              {total
                ? `${formatCount(done ?? 0)} of ${formatCount(total)} listings done, ${formatCount(found ?? 0)} resources so far`
                : "Planning what to list …"}
              {place.length > 0 && (
                <>
                  {" · "}
                  <PlainText of={place.join(" in ")} />
                </>
              )}
            </span>
          </div>
        );
      }}
    </Loaded>
  );
}
