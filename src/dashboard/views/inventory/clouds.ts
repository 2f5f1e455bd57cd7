/** Names of the clouds for people. */
export const CLOUDS: Record<string, string> = { aws: "AWS", azure: "Azure", gcp: "Google Cloud" };

export const nameOfCloud = (provider: string) => CLOUDS[provider] ?? provider;

/** What a scan was asked for, in words; null means all. */
export function describeSelection(asked: {
  provider: string | null;
  services: string[] | null;
  regions?: string[] | null;
}): string {
  const { provider, services, regions } = asked;
  const parts = [
    provider === null ? "all clouds" : nameOfCloud(provider),
    services === null ? "all services" : services.join(", "),
    regions ? `in ${regions.join(", ")}` : null,
  ];
  return parts.filter((part) => part !== null).join(", ");
}
