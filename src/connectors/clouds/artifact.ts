import { z } from "zod";

export const cloudProviders = z.enum(["aws", "azure", "gcp"]);
export type CloudProvider = z.infer<typeof cloudProviders>;

/** Stands where a secret stood. */
export const REDACTED = "[redacted]";

/** The region of what belongs to no region. */
export const GLOBAL_REGION = "global";

/** One resource of a cloud; the shape is the same for every provider, service and type. */
export const artifactSchema = z.object({
  cloud_provider: cloudProviders,
  /** `provider:service:type`. */
  resource_type: z.string().regex(/^(aws|azure|gcp):[a-z0-9-]+:[a-z0-9-]+$/),
  metadata: z.object({
    resource_id: z.string().min(1),
    service: z.string(),
    region: z.string(),
    account_id: z.string().optional(),
    subscription_id: z.string().optional(),
    resource_group: z.string().nullable().optional(),
    project_id: z.string().optional(),
    labels: z.record(z.string(), z.string()),
    /** Set when the answer was recorded earlier instead of asked for now. */
    recorded: z.literal(true).optional(),
  }),
  configuration: z.record(z.string(), z.unknown()),
  /** What the provider answered of this resource. */
  raw: z.unknown(),
});
export type Artifact = z.infer<typeof artifactSchema>;
