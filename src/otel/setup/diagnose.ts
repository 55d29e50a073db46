/** Why no span has been seen, or not those of a library: the zero-code start asks after 30 s. */
import type { Unpatched } from './patches.ts';

export interface SetupFacts {
  /** `OTEL_SDK_DISABLED=true`. */
  readonly sdkDisabled: boolean;
  /** Class of a tracer provider that is not the one attribution is part of; '' for none. */
  readonly otherProvider: string;
  /** The loader hook for ES modules is installed. */
  readonly loaderHook: boolean;
  /** Modules the active instrumentations patch. */
  readonly instrumented: readonly string[];
  /** Packages that are loaded and stay unpatched, with the reason. */
  readonly unpatched: readonly Unpatched[];
  /** Packages loaded now. */
  readonly loaded: readonly string[];
  /** Libraries with an instrumentation that a bundler put into the main script. */
  readonly bundled: readonly string[];
}

/** Also for applications that start it by an import of their own. */
const EARLY_FIX =
  'start with node --import otel-attribution/register app.js, the flag before every other --import and --require';

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
  findings.push(...unpatchedFindings(facts.unpatched), ...bundledFindings(facts.bundled));
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

/** Libraries whose calls are not seen. */
export function unpatchedFindings(unpatched: readonly Unpatched[]): Finding[] {
  const early = unpatched.filter(({ why }) => why === 'early').map(({ module }) => module);
  const findings: Finding[] = [];
  if (early.length > 0) {
    findings.push({
      problem: `${early.join(', ')} ${early.length === 1 ? 'was' : 'were'} loaded before the instrumentations, and calls of ${early.length === 1 ? 'it' : 'them'} are not seen`,
      fix: EARLY_FIX,
    });
  }
  for (const { why, module, detail, instrumentation } of unpatched) {
    if (why === 'version') {
      findings.push({
        problem: `${module} ${detail} is not supported by ${instrumentation}, and its calls are not seen`,
        fix: `install a version that is, or a newer ${instrumentation}`,
      });
    }
    if (why === 'failed') {
      findings.push({
        problem: `${instrumentation} failed to patch ${module} (${detail}), and its calls are not seen`,
        fix: `install another version of one of them, or leave it out: OTEL_NODE_DISABLED_INSTRUMENTATIONS`,
      });
    }
  }
  return findings;
}

/** Libraries that no instrumentation can reach. */
export function bundledFindings(bundled: readonly string[]): Finding[] {
  if (bundled.length === 0) return [];
  return [
    {
      problem: `${bundled.join(', ')}: in the bundle of this application, out of reach of every instrumentation`,
      fix: 'leave node_modules out of it, such as by esbuild --packages=external',
    },
  ];
}

/** The findings as lines for a terminal. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings.map(({ problem, fix }) => `  - ${problem}: ${fix}`).join('\n');
}
