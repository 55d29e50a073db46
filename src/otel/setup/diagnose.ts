/** Why no span has been seen: shared by the zero-code start, which asks after 30 s, and by `otel-attribution doctor`. */
export interface SetupFacts {
  /** `OTEL_SDK_DISABLED=true`. */
  readonly sdkDisabled: boolean;
  /** Class of a tracer provider that is not the one attribution is part of; '' for none. */
  readonly otherProvider: string;
  /** The loader hook for ES modules is installed. */
  readonly loaderHook: boolean;
  /** Modules the active instrumentations patch. */
  readonly instrumented: readonly string[];
  /** Packages that were loaded before the instrumentations. */
  readonly loadedBefore: readonly string[];
  /** Packages loaded now. */
  readonly loaded: readonly string[];
}

export interface Finding {
  readonly problem: string;
  readonly fix: string;
}

/** Packages that make no spans with `@opentelemetry/auto-instrumentations-node`, and what does. */
const NEEDS: Readonly<Record<string, string>> = {
  fastify: 'npm i @fastify/otel and register its plugin (spans of its hooks; requests and routes are seen without it)',
  hono: 'npm i @hono/otel and use its middleware (routes; requests are seen without it)',
  '@prisma/client': 'npm i @prisma/instrumentation and add it to the instrumentations',
  postgres: 'there is no instrumentation for this driver; pg has one',
  'better-sqlite3': 'there is no instrumentation for this driver; count by hand with record()',
  '@clickhouse/client': 'there is no instrumentation of the queries; its HTTP calls are seen',
};

/** Likely reasons, most likely first. Never empty. */
export function diagnose(facts: SetupFacts): Finding[] {
  if (facts.sdkDisabled) {
    return [{ problem: 'OTEL_SDK_DISABLED is true, so OpenTelemetry does not start', fix: 'unset it' }];
  }
  const findings: Finding[] = [];
  if (facts.otherProvider !== '') {
    findings.push({
      problem: `another OpenTelemetry SDK (${facts.otherProvider}) is set up in this process, and only one gets the spans`,
      fix: 'put withAttribution(...) around the configuration of that NodeSDK, and leave out --import otel-attribution/register',
    });
  }
  if (facts.instrumented.length === 0) {
    findings.push({
      problem: 'no instrumentation is active',
      fix: 'check OTEL_NODE_ENABLED_INSTRUMENTATIONS and OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    });
  }
  const early = facts.loadedBefore.filter((name) => facts.instrumented.includes(name));
  if (early.length > 0) {
    findings.push({
      problem: `${early.join(', ')} was loaded before the instrumentations and stays unpatched`,
      fix: 'put --import otel-attribution/register before every other --import and --require',
    });
  }
  if (!facts.loaderHook) {
    findings.push({
      problem: 'the loader hook for ES modules is missing, so what the application imports stays unpatched',
      fix: 'npm i @opentelemetry/auto-instrumentations-node, and start with node --import otel-attribution/register',
    });
  }
  for (const name of facts.loaded) {
    const fix = NEEDS[name];
    if (fix !== undefined && !facts.instrumented.includes(name)) {
      findings.push({ problem: `${name} is loaded, but not instrumented`, fix });
    }
  }
  if (findings.length === 0) {
    findings.push({
      problem: 'nothing instrumented has run yet',
      fix:
        'send a request or run a query. If that happens already: a bundler hides the drivers from the ' +
        'instrumentations (mark them as external), or a name imported from a built-in module was bound before the patch',
    });
  }
  return findings;
}

/** The findings as lines for a terminal. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings.map(({ problem, fix }) => `  - ${problem}: ${fix}`).join('\n');
}
