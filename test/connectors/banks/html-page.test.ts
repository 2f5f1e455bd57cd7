import { isTag } from "domhandler";
import { describe, expect, test } from "vitest";
import { cleanFilename, readFilename } from "../../../src/connectors/banks/download-name.ts";
import { findElement, parsePage, readCells, showsSign } from "../../../src/connectors/banks/html-document.ts";
import { requestOf } from "../../../src/connectors/banks/html-form.ts";
import type { Entry } from "../../../src/connectors/banks/page.ts";
import type { Target } from "../../../src/connectors/banks/recipe.ts";
import { createCookieJar } from "../../../src/connectors/banks/cookie-jar.ts";

const address = new URL("https://bank.example/door/login");

/** The id of what a target means on a page. */
const idOf = (html: string, target: Target) => findElement(parsePage(html), target)?.attribs.id ?? null;

describe("a field is found", () => {
  test.for<[by: string, html: string]>([
    ["the label around it", "<label>User  Name: <input id=x></label>"],
    ["its label elsewhere", "<label for=x>user name *</label><input id=x>"],
    ["its placeholder", "<input id=x placeholder='User name'>"],
    ["its accessible name", "<input id=x aria-label='User name'>"],
    ["its name", "<input id=x name='user name'>"],
  ])("by %s", ([, html]) => {
    expect(idOf(html, { field: ["Login", "User name"] })).toBe("x");
  });

  test("not when it is hidden, or is a button", () => {
    const html = `<input type=hidden id=a name=n><div hidden><input id=b name=n></div>
      <p style="color:red;display: none"><input id=c name=n></p><input type=submit id=d name=n>`;
    expect(idOf(html, { field: ["n"] })).toBeNull();
  });
});

test("links and buttons are found by their whole text, the first wish first", () => {
  const html = `<a id=a href=x>Reports and more</a><a id=b>Reports</a><button id=c>OK</button>
    <input id=d type=submit value="Send"><div id=e role=menuitem><b>Rep</b> orts</div><a id=f href=x> REPORTS </a>`;
  expect(idOf(html, { text: ["Reports"] })).toBe("f");
  expect(idOf(html, { text: ["Send", "OK"] })).toBe("d");
  expect(idOf(html, { text: ["rep orts"] })).toBe("e");
  expect(idOf(html, { css: "[role=menuitem]" })).toBe("e");
});

test("words are seen where a person would see them", () => {
  const page = parsePage(
    "<title>Locked</title><p>Your account is\n <b>open</b></p><script>locked()</script><i hidden>locked</i>",
  );
  expect(showsSign(page, { says: ["your account is open"] })).toBe(true);
  expect(showsSign(page, { says: ["locked"] })).toBe(false);
});

test("a table is read once it has rows", () => {
  const head = "<table id=t><tr><th>A</th><th>B</th></tr>";
  expect(readCells(parsePage(`${head}</table>`), "#t")).toBeNull();
  expect(readCells(parsePage(`${head}<tr><td>1 <td>x &amp; <b>y</b></table>`), "#t")).toEqual([
    ["A", "B"],
    ["1", "x & y"],
  ]);
});

describe("a form sends", () => {
  const send = (form: string, filled: Record<string, Entry> = {}) => {
    const page = parsePage(`${form}<button id=go name=go value=1>Go</button></form>`);
    const found = [...page.seen].filter(isTag);
    const entries = found.flatMap((element): [typeof element, Entry][] => {
      const entry = filled[element.attribs.name ?? ""];
      return entry ? [[element, entry]] : [];
    });
    const button = findElement(page, { css: "#go" });
    const request = button && requestOf(button, address, new Map(entries));
    return request && [request.method, request.url.href, request.form?.toString() ?? null];
  };

  test("what a browser would, and what was filled in", () => {
    const form = `<form method=POST action="../in?x=1"><input type=hidden name=t value="a&amp;b"><input name=u value=old>
      <input type=checkbox name=c><input type=checkbox name=d checked><select name=s><option>1<option selected value=2>2</select>
      <textarea name=n>hi</textarea><input name=z disabled><input type=submit name=other value=no>`;
    expect(send(form, { u: { value: "me & you", kind: "personal" } })).toEqual([
      "POST",
      "https://bank.example/in?x=1",
      "t=a%26b&u=me+%26+you&d=on&s=2&n=hi&go=1",
    ]);
  });

  test("what is no secret in an address, too", () => {
    expect(send("<form><input name=q>", { q: { value: "2026", kind: "plain" } })).toEqual([
      "GET",
      "https://bank.example/door/login?q=2026&go=1",
      null,
    ]);
    expect(() => send("<form><input name=p>", { p: { value: "s3cret", kind: "secret" } })).toThrow(
      "page changed: the login would be sent in an address",
    );
  });

  test("nothing where only a script knows what a click does", () => {
    for (const html of ["<a id=x href='javascript:go()'>", "<button id=x>", "<form><button id=x type=button>"]) {
      const element = findElement(parsePage(html), { css: "#x" });
      expect(element && requestOf(element, address, new Map())).toBeNull();
    }
  });
});

test("cookies go back where they came from, for as long as they last", () => {
  let now = 0;
  const jar = createCookieJar(() => now);
  const headers = new Headers();
  for (const line of [
    "plain=1",
    "root=2; Path=/; HttpOnly",
    "safe=3; Path=/; Secure",
    "short=4; Path=/; Max-Age=60",
    "gone=5; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "other=6; Domain=evil.example; Path=/",
    "wide=7; Domain=example; Path=/",
    "=8",
  ]) {
    headers.append("Set-Cookie", line);
  }
  jar.keep(address, headers);
  expect(jar.headerFor(address)).toBe("plain=1; root=2; safe=3; short=4; wide=7");
  expect(jar.headerFor(new URL("http://bank.example/doors"))).toBe("root=2; short=4; wide=7");
  now = 60_000;
  jar.keep(address, new Headers({ "Set-Cookie": "root=; Path=/; Max-Age=0" }));
  expect(jar.headerFor(new URL("https://bank.example/"))).toBe("safe=3; wide=7");
});

test.for<[header: string | null, name: string | null]>([
  [null, null],
  ["attachment", null],
  ['attachment; filename="Riport 2026.xls"', "Riport 2026.xls"],
  ["attachment; filename=a.csv; size=3", "a.csv"],
  ["attachment; filename=\"x.csv\"; filename*=UTF-8''k%C3%A9szlet.xls", "készlet.xls"],
  ["attachment; filename*=UTF-8''%E0%A4%A; filename=b.csv", "b.csv"],
  ['attachment; filename="../../etc/passwd"', "passwd"],
  ['attachment; filename="C:\\\\temp\\\\..hidden\u0000.csv"', "hidden_.csv"],
])("the file of %s is called %s", ([header, name]) => {
  // A header cannot hold what the last case needs, but a page's own script can say anything.
  expect(readFilename(header)).toBe(name);
  expect(cleanFilename(name ?? "")).toBe(name);
});

test("a page of thousands of fields is read at once", () => {
  const fields = Array.from(
    { length: 4000 },
    (_, row) => `<label for="f${row}">Row ${row}</label><input id="f${row}">`,
  );
  const page = parsePage(`<label>${fields.join("")}</label>`);
  const begun = performance.now();
  expect(findElement(page, { field: ["Row 3999"] })?.attribs.id).toBe("f3999");
  expect(performance.now() - begun).toBeLessThan(1000);
});
