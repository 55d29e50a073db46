/** What `doctor -- <command>` learns from inside a process it runs: the one writes it to a file, the other reads it. */
export interface Inside {
  readonly pid: number;
  /** Main script; '' for `node -e`. */
  readonly script: string;
  /** Attribution runs in it. */
  readonly attributed: boolean;
  readonly spans: number;
  /** It accepts connections. */
  readonly listens: boolean;
  /** It has connections of its own. */
  readonly connected: boolean;
  /** Packages that were loaded, whatever loaded them. Sorted. */
  readonly packages: readonly string[];
  readonly instrumentations: readonly InsideInstrumentation[];
  /** Packages that a bundler put into the main script, as far as the bundle tells; undefined when it is no bundle. */
  readonly bundled?: readonly string[];
}

export interface InsideInstrumentation {
  readonly name: string;
  /** Packages it patches. */
  readonly modules: readonly string[];
  /**
   * `patched`: functions are wrapped or replaced. `unmarked`: its patch ran, and nothing shows. `idle`: nothing of it was
   * loaded. The others: it was, and stays unpatched.
   */
  readonly state: 'patched' | 'unmarked' | 'idle' | 'early' | 'version' | 'failed';
  /** The module that was loaded, '' for none. */
  readonly module: string;
  /** Its version, or what failed. */
  readonly detail: string;
}
