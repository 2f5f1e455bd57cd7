import { DurableObject } from "cloudflare:workers";
export class EventFeed extends DurableObject {}
