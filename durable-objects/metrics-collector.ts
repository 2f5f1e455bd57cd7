import { DurableObject } from "cloudflare:workers";
export class MetricsCollector extends DurableObject {}
