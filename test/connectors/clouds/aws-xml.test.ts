import { describe, expect, it } from "vitest";
import { readAnswer } from "../../../src/connectors/clouds/aws/answer.ts";
import { type AwsApi, modelOf } from "../../../src/connectors/clouds/aws/model.ts";

const read = (api: AwsApi, operation: string, body: string) => {
  const model = modelOf(api);
  return readAnswer(model, operation, model.operations[operation] ?? { method: "", uri: "" }, body);
};

const vpcs = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?>
<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
  <requestId>7a62c442</requestId>
  ${inner}
</DescribeVpcsResponse>
`;

describe("lists", () => {
  it.each(["<vpcSet/>", "<vpcSet></vpcSet>", "<vpcSet>\n  </vpcSet>"])("%j is an empty one", (written) => {
    expect(read("ec2", "DescribeVpcs", vpcs(written))).toEqual({ Vpcs: [] });
  });

  it("one that is not there is not made up", () => {
    expect(read("ec2", "DescribeVpcs", vpcs(""))).toEqual({});
  });

  it("a single entry is a list of one", () => {
    const body = vpcs("<vpcSet><item><vpcId>vpc-1</vpcId><isDefault>false</isDefault></item></vpcSet>");

    expect(read("ec2", "DescribeVpcs", body)).toEqual({ Vpcs: [{ VpcId: "vpc-1", IsDefault: false }] });
  });

  it("an empty entry is an object without members", () => {
    expect(read("ec2", "DescribeVpcs", vpcs("<vpcSet><item/><item/></vpcSet>"))).toEqual({ Vpcs: [{}, {}] });
  });

  it("those without an element of their own are lists, too", () => {
    const rule = (algorithm: string) =>
      `<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>`;
    const body = (rules: string) => `<ServerSideEncryptionConfiguration>${rules}</ServerSideEncryptionConfiguration>`;
    const parsed = (algorithm: string) => ({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: algorithm } });

    expect(read("s3", "GetBucketEncryption", body(rule("AES256")))).toEqual({
      ServerSideEncryptionConfiguration: { Rules: [parsed("AES256")] },
    });
    expect(read("s3", "GetBucketEncryption", body(rule("AES256") + rule("aws:kms")))).toEqual({
      ServerSideEncryptionConfiguration: { Rules: [parsed("AES256"), parsed("aws:kms")] },
    });
  });
});

describe("texts", () => {
  const tag = (value: string) =>
    read(
      "ec2",
      "DescribeVpcs",
      vpcs(`<vpcSet><item><tagSet><item><key>k</key><value>${value}</value></item></tagSet></item></vpcSet>`),
    );
  const tagged = (value: string) => ({ Vpcs: [{ Tags: [{ Key: "k", Value: value }] }] });

  it.each([
    ["entities", "a &amp; b &lt;c&gt; &quot;d&quot; &apos;e&apos;", `a & b <c> "d" 'e'`],
    ["entities that are meant as text", "&amp;lt;b&amp;gt; &amp;copy;", "&lt;b&gt; &copy;"],
    ["numeric entities", "a&#10;b&#xA;c", "a\nb\nc"],
    ["unicode", "Zürich 東京 🚀", "Zürich 東京 🚀"],
    ["spaces at the ends", "  x  ", "  x  "],
    ["numbers with zeros", "0010", "0010"],
    ["words like true", "true", "true"],
    ["nothing", "", ""],
    ["sections of text", "<![CDATA[<raw> & more]]>", "<raw> & more"],
  ])("%s stay what they are", (_name, written, value) => {
    expect(tag(written)).toEqual(tagged(value));
  });
});

describe("bodies that are no answers", () => {
  const whole = vpcs("<vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>").trimEnd();

  it.each([1, 10, 30, 60, 100])("one without its last %i characters is refused", (count) => {
    expect(() => read("ec2", "DescribeVpcs", whole.slice(0, -count))).toThrow();
  });

  it.each(["", "not xml", "<html><body>Bad gateway</body></html>", "{}"])("%j is refused", (body) => {
    expect(() => read("ec2", "DescribeVpcs", body)).toThrow();
    expect(() => read("iam", "ListUsers", body)).toThrow();
    expect(() => read("s3", "ListBuckets", body)).toThrow();
  });

  it.each(["[]", "null", "7", "<html/>", '{"Keys": ['])("%j is refused where JSON is promised", (body) => {
    expect(() => read("kms", "ListKeys", body)).toThrow();
  });
});
