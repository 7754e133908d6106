/** What is drawn over a photo. */

export interface Layers {
  defects: boolean;
  anomalies: boolean;
  outline: boolean;
  dimensions: boolean;
}

export type LayerName = keyof Layers;
