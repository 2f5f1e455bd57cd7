import { type Element, isTag } from "domhandler";
import { RecipeFailure } from "./bank.ts";
import { selectElements, textOf } from "./html-document.ts";
import type { Entry } from "./page.ts";

/** What a click asks the bank for. */
export interface PageRequest {
  method: "GET" | "POST";
  url: URL;
  form: URLSearchParams | null;
}

const CONTROLS = "input[name], select[name], textarea[name]";
const NEVER_SENT = new Set(["submit", "button", "image", "reset", "file"]);

/**
 * What a click on an element sends, after the HTML standard's form submission; null for what needs a script. Throws a
 * `RecipeFailure` when a form would show a secret in an address.
 */
export function requestOf(element: Element, address: URL, filled: ReadonlyMap<Element, Entry>): PageRequest | null {
  const { name, attribs } = element;
  if (name === "a") return linkTo(attribs.href ?? "", address);
  const submits = name === "button" ? (attribs.type ?? "submit") === "submit" : attribs.type === "submit";
  const form = submits ? formOf(element) : null;
  if (!form) return null;
  const url = URL.parse(attribs.formaction ?? form.attribs.action ?? "", address);
  if (!url) return null;
  const values = new URLSearchParams(valuesOf(form, filled));
  if (attribs.name) values.append(attribs.name, attribs.value ?? "");
  const method = (attribs.formmethod ?? form.attribs.method ?? "get").toLowerCase();
  if (method === "post") return { method: "POST", url, form: values };
  if (controlsOf(form).some((control) => filled.get(control)?.kind === "secret")) {
    throw new RecipeFailure("page-changed", "page changed: the login would be sent in an address");
  }
  url.search = values.toString();
  return { method: "GET", url, form: null };
}

function linkTo(href: string, address: URL): PageRequest | null {
  const url = URL.parse(href, address);
  return url && /^https?:$/.test(url.protocol) ? { method: "GET", url, form: null } : null;
}

function formOf(element: Element): Element | null {
  for (let above = element.parent; above && isTag(above); above = above.parent) {
    if (above.name === "form") return above;
  }
  return null;
}

const controlsOf = (form: Element): Element[] => selectElements(CONTROLS, form.children);

function valuesOf(form: Element, filled: ReadonlyMap<Element, Entry>): [string, string][] {
  return controlsOf(form).flatMap((control): [string, string][] => {
    const { name = "", type = "text", disabled } = control.attribs;
    if (disabled !== undefined || NEVER_SENT.has(type)) return [];
    const value = filled.get(control)?.value ?? ownValue(control);
    return value === null ? [] : [[name, value]];
  });
}

/** What a control sends that nobody touched; null when that is nothing. */
function ownValue(control: Element): string | null {
  const { type, value, checked } = control.attribs;
  if (control.name === "textarea") return textOf(control);
  if (control.name === "select") {
    const options = selectElements("option", control.children);
    const chosen = options.find(({ attribs }) => attribs.selected !== undefined) ?? options[0];
    return chosen ? (chosen.attribs.value ?? textOf(chosen)) : null;
  }
  if (type === "checkbox" || type === "radio") return checked === undefined ? null : (value ?? "on");
  return value ?? "";
}
