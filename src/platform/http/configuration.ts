import { type Config, configSchema } from "../../config.ts";

const keys = Object.entries(configSchema.shape).map(([key, schema]) => {
  const { description = "", secret } = schema.meta() ?? {};
  // The keys of the shape are those of what it parses to.
  return { key: key as keyof Config, description, is_secret: secret === true };
});

const defaults = configSchema.parse({});

/**
 * Every key of the configuration, in the order of `config.ts`, with what it is. Of secrets it says only whether they
 * are set; what a URL may carry for a server's eyes, its user, password and query, is left out.
 *
 * @param env Vars and secrets as they were given, to tell what was set from what is the default.
 */
export function describeConfiguration(config: Config, env: object) {
  return keys.map(({ key, description, is_secret }) => {
    const given: unknown = Reflect.get(env, key);
    const is_set = typeof given === "string" && given !== "";
    return {
      ...{ key, description, is_secret, is_set },
      value: is_secret ? null : renderSetting(config[key]),
      default: is_secret ? null : renderSetting(defaults[key]),
    };
  });
}

/** As it is written in `.dev.vars`. */
function renderSetting(value: Config[keyof Config]): string {
  if (Array.isArray(value)) return withoutSecretParts(value.join(","));
  return withoutSecretParts(typeof value === "object" ? JSON.stringify(value) : String(value));
}

const withoutSecretParts = (text: string) =>
  text.replace(/(:\/\/)[^/?#"\s]*@/g, "$1***@").replace(/(:\/\/[^?"\s]*\?)[^"\s]+/g, "$1***");
