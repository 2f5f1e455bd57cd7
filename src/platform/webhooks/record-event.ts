import type { Context } from "../../context.ts";
import type { Statement } from "../jobs/define.ts";
import { insertEvent, type NewEvent } from "./event.store.ts";

/** For the batch that makes a fact of it, behind that: what webhooks and operators are told. The tick delivers it. */
export const recordEvent = ({ db, now }: Pick<Context, "db" | "now">, event: NewEvent): Statement =>
  insertEvent(db, event, now());
