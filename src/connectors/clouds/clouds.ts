import type { CloudProvider } from "./artifact.ts";
import { aws } from "./aws/index.ts";
import { azure } from "./azure/index.ts";
import type { Cloud } from "./cloud.ts";
import { gcp } from "./gcp/index.ts";

/** Every cloud that can be extracted, by its name in requests. */
export const clouds: Readonly<Record<CloudProvider, Cloud>> = { aws, azure, gcp };
