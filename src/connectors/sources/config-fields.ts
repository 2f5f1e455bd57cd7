import { z } from "zod";

/** Name of a secret in the vault or among the Worker's variables; the secret itself is never in a config. */
export const secretName = () =>
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "must be the name of a secret, such as STRIPE_API_KEY");

/** A day as `YYYY-MM-DD`. */
export const day = () => z.iso.date({ error: "must be a date such as 2024-01-31" });

/** Where an API answers in place of its own address: a proxy, or a server of a test. */
export const apiUrl = () => z.url({ protocol: /^https?$/, error: "must be a http or https address" });

/** The part of a host that names a customer, such as `acme` in `acme.zendesk.com`. */
export const hostLabel = () =>
  z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/, "must be one part of a host name");

/** Names of streams, at least one. */
export const resourceNames = () => z.array(z.string().min(1)).min(1);
