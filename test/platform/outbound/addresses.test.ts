import { describe, expect, it } from "vitest";
import { checkUserUrl } from "../../../src/platform/outbound/addresses.ts";

const PRIVATE = "url: names a private address; ALLOW_PRIVATE_HOSTS can permit it";

describe("URLs that users give", () => {
  it.each([
    "https://example.com/file.csv?x=1",
    "http://8.8.8.8/",
    "https://example.com:8443/",
    "http://[2606:4700:4700::1111]/",
    "https://xn--bcher-kva.example/",
    "https://10.example.com/",
    "https://internal.example.com/",
  ])("%s is public", (text) => {
    expect(checkUserUrl(text, []).href).toBe(text);
  });

  it.each([
    // Loopback in every notation that the URL parser knows.
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://①②⑦.0.0.1/",
    "http://%31%32%37.0.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[2002:7f00:1::]/",
    // Private, link-local, shared, multicast, reserved.
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1:8080/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://168.63.129.16/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fc00::1]/",
    "http://[ff02::1]/",
    // Names that are not public.
    "http://localhost:8000/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://api.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://metadata/",
    "http://router.home.arpa/",
    "http://example.com./",
  ])("%s is refused as private", (text) => {
    expect(() => checkUserUrl(text, [])).toThrow(PRIVATE);
  });

  it.each([
    ["ftp://example.com/", "url: must start with http:// or https://"],
    ["file:///etc/passwd", "url: must start with http:// or https://"],
    ["javascript:alert(1)", "url: must start with http:// or https://"],
    ["https://user:secret@example.com/", "url: must not hold a user name or password"],
    ["https://user@example.com/", "url: must not hold a user name or password"],
    ["example.com", "url: is not a URL"],
    ["", "url: is not a URL"],
    ["http://1.2.3.256/", "url: is not a URL"],
  ])("%j is refused: %s", (text, message) => {
    expect(() => checkUserUrl(text, [])).toThrow(message);
  });

  it.each([
    ["http://127.0.0.1:9000/", "127.0.0.1"],
    ["http://127.0.0.1:9000/", "127.0.0.1:9000"],
    ["http://127.1:9000/", "127.0.0.0/8"],
    ["http://[::ffff:127.0.0.1]/", "127.0.0.0/8"],
    ["http://[::1]/", "::1"],
    ["http://[::1]:81/", "[::1]:81"],
    ["http://[fd00::5]/", "fd00::/8"],
    ["https://files.local/", "FILES.local:443"],
    ["http://localhost/", "localhost"],
  ])("%s is permitted by %s", (text, entry) => {
    expect(checkUserUrl(text, ["nothing", entry]).protocol).toMatch(/^https?:$/);
  });

  it.each([
    ["http://127.0.0.1:9000/", "127.0.0.1:9001"],
    ["http://127.0.0.1/", "10.0.0.0/8"],
    ["http://10.0.0.1/", "fd00::/8"],
    ["http://10.0.0.1/", "10.0.0.0/nonsense"],
    ["http://evil.local/", "local"],
  ])("%s is not permitted by %s", (text, entry) => {
    expect(() => checkUserUrl(text, [entry])).toThrow(PRIVATE);
  });

  it("keeps a login refused on a permitted host", () => {
    expect(() => checkUserUrl("http://user:pass@127.0.0.1/", ["127.0.0.1"])).toThrow("user name or password");
  });
});
