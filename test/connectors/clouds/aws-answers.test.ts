import { expect, it } from "vitest";
import { readAnswer } from "../../../src/connectors/clouds/aws/answer.ts";
import { type AwsApi, modelOf } from "../../../src/connectors/clouds/aws/model.ts";
import answers from "../../fixtures/aws/answers.json" with { type: "json" };

it.each(answers.map(({ api, operation, body, expected }) => ({ api, operation, body, expected })))(
  "a synthetic answer of $api:$operation with every member reads as botocore reads it",
  ({ api, operation, body, expected }) => {
    // The fixture has one answer of each model's operations.
    const model = modelOf(api as AwsApi);
    const declared = model.operations[operation];
    if (!declared) throw new Error(`${api} has no ${operation}`);

    expect(readAnswer(model, operation, declared, body)).toEqual(expected);
  },
);

it("every operation of every model has a synthetic answer", () => {
  const apis = [...new Set(answers.map(({ api }) => api))];
  const declared = apis.flatMap((api) =>
    Object.keys(modelOf(api as AwsApi).operations).map((operation) => `${api}:${operation}`),
  );

  expect(answers.map(({ api, operation }) => `${api}:${operation}`).sort()).toEqual(declared.sort());
  expect(apis).toHaveLength(13);
});
