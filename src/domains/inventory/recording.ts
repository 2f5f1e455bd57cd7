import type { CloudProvider } from "../../connectors/clouds/artifact.ts";
import type { OpenCloud } from "../../connectors/clouds/cloud.ts";
import type { Context } from "../../context.ts";
import { unavailable } from "../../errors.ts";

/** An account whose answers were recorded; for trying the platform out without credentials. */
export async function openRecording(_ctx: Context, provider: CloudProvider): Promise<OpenCloud> {
  throw unavailable(`There is no recording of ${provider}`);
}
