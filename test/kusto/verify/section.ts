/** What `verify:kusto` asks of each of its sections. */

export interface SectionOptions {
  readonly seed: number;
  /** The short form of the continuous integration. */
  readonly brief: boolean;
  /** Of the faults, only this one. */
  readonly scenario?: string | undefined;
  /** One line of progress, for standard error. */
  readonly log: (line: string) => void;
}

export interface Section {
  /** The section's part of the JSON object; goals.ts judges these numbers by name. */
  readonly numbers: Readonly<Record<string, unknown>>;
  /** Lines for people, under the section's line of the table: every difference with what is needed to see it again. */
  readonly details: readonly string[];
}

/** Each section is a file beside this one that exports `run`. */
export type Run = (options: SectionOptions) => Promise<Section>;

export const sectionNames = ['parity', 'evaluator', 'analyser', 'queries', 'faults', 'outage', 'speed'] as const;
export type SectionName = (typeof sectionNames)[number];
