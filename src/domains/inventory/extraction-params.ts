import { z } from "@hono/zod-openapi";

const MOST_NAMES = 500;
const MOST_FILTERS = 50;

const filterValue = z.union([z.string().max(512), z.number(), z.boolean()]);
const names = (description: string, example: string[]) =>
  z
    .array(z.string().min(1).max(128))
    .max(MOST_NAMES)
    .nullish()
    .transform((list) => (list && list.length > 0 ? list : null))
    .openapi({ description, example });

/** What an extraction may be asked for; absent, null and empty lists mean everything. */
export const extractionFields = {
  provider: z
    .string()
    .max(64)
    .nullish()
    .transform((provider) => provider ?? null)
    .openapi({ description: "`aws`, `azure` or `gcp`; all enabled ones when null", example: "aws" }),
  services: names("Names of services; all when null", ["ec2", "s3"]),
  regions: names("Regions; all that the account uses when null", ["us-east-1"]),
  filters: z
    .record(z.string().min(1).max(128), z.union([filterValue, z.array(filterValue).min(1).max(100)]))
    .refine((filters) => Object.keys(filters).length <= MOST_FILTERS, `must not have more than ${MOST_FILTERS} keys`)
    .nullish()
    .transform((filters) => filters ?? {})
    .openapi({
      description:
        "Values wanted, by configuration key, `labels.<key>`, `region` or `resource_type`; a list means any of its values. A key narrows only the types that have it.",
      example: { instance_state: "running" },
    }),
  batch_size: z
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .openapi({ description: "Artifacts handed to the transport at once", example: 100 }),
};

export const extractionRequest = z.object(extractionFields).openapi("ExtractionRequest");
export type ExtractionParams = z.output<typeof extractionRequest>;
