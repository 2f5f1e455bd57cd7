import { FeatureList, useFeatures } from "./feature-list.tsx";
import { FeatureJoin } from "./feature-join.tsx";
import { FeatureUpload } from "./feature-upload.tsx";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { useLoad } from "../../components/use-load.ts";

/** Features: files of numbers that belong to a series, in versions. */
export function FeaturePage() {
  const sets = useLoad((signal) => dataOrThrow(api.GET("/api/v1/features/sets", { signal })), []);
  const features = useFeatures();
  const refresh = () => {
    sets.reload();
    features.reload();
  };
  return (
    <>
      <FeatureList features={features} onChange={refresh} />
      <div class="columns">
        <FeatureUpload onDone={refresh} />
        <FeatureJoin sets={sets} />
      </div>
    </>
  );
}
