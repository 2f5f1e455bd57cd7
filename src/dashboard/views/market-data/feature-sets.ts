/** A set of features of one series, its versions newest first. */
export interface FeatureSet {
  name: string;
  exchange: string;
  symbol: string;
  market: string;
  versions: string[];
}

export interface FeatureSets {
  feature_sets: FeatureSet[];
}
