import { describe, expect, it } from 'vitest';
import { diagnose, formatFindings, type SetupFacts } from '../../../src/otel/setup/diagnose.ts';
import { loadedPackages, patchedModules } from '../../../src/otel/setup/loaded-packages.ts';

const healthy: SetupFacts = {
  sdkDisabled: false,
  otherProvider: '',
  loaderHook: true,
  instrumented: ['http', 'express', 'pg'],
  unpatched: [],
  loaded: ['express', 'pg'],
  bundled: [],
};
const problems = (facts: Partial<SetupFacts>) => diagnose({ ...healthy, ...facts }).map(({ problem }) => problem);

describe('why there are no spans', () => {
  it('names what is wrong and what to do', () => {
    expect(problems({ sdkDisabled: true, loaderHook: false })).toEqual([
      'OTEL_SDK_DISABLED is true, so OpenTelemetry does not start',
    ]);
    expect(problems({ otherProvider: 'TracerProvider' })[0]).toMatch(/another OpenTelemetry SDK \(TracerProvider\)/);
    expect(problems({ instrumented: [], loaded: [] })).toEqual(['no instrumentation is active']);
    const early = { instrumentation: 'i-express', module: 'express', why: 'early', detail: '' } as const;
    const version = { instrumentation: 'i-pg', module: 'pg', why: 'version', detail: '9.0.0' } as const;
    const failed = { instrumentation: 'i-koa', module: 'koa', why: 'failed', detail: 'no prototype' } as const;
    expect(problems({ unpatched: [version, early, { ...early, module: 'router' }, failed] })).toEqual([
      'express, router were loaded before the instrumentations, and calls of them are not seen',
      'pg 9.0.0 is not supported by i-pg, and its calls are not seen',
      'i-koa failed to patch koa (no prototype), and its calls are not seen',
    ]);
    expect(problems({ bundled: ['express', 'pg'] })).toEqual([
      'express, pg: in the bundle of this application, out of reach of every instrumentation',
    ]);
    expect(problems({ loaderHook: false })[0]).toMatch(/loader hook/);
    expect(problems({ loaded: ['fastify', 'pg'] })).toEqual(['fastify is loaded, but not instrumented']);
    expect(problems({ loaded: ['fastify'], instrumented: ['fastify'] })).toEqual(['nothing instrumented has run yet']);
  });

  it('always has something to say', () => {
    const findings = diagnose(healthy);
    expect(findings).toHaveLength(1);
    expect(formatFindings(findings)).toMatch(/^ {2}- nothing instrumented has run yet: send a request/);
  });

  it('reports several causes at once, the decisive one first', () => {
    const early = { instrumentation: 'i-pg', module: 'pg', why: 'early', detail: '' } as const;
    const found = problems({ otherProvider: 'X', loaderHook: false, unpatched: [early], loaded: ['hono'] });
    expect(found).toHaveLength(4);
    expect(found[0]).toMatch(/another OpenTelemetry SDK/);
  });
});

describe('what is loaded', () => {
  it('names packages, scoped and nested ones too', () => {
    expect(
      loadedPackages([
        '/app/node_modules/express/lib/express.js',
        '/app/node_modules/@prisma/client/index.js',
        '/app/node_modules/a/node_modules/b/c.js',
        'C:\\app\\node_modules\\@x\\y\\z.js',
        '/app/server.js',
      ]),
    ).toEqual(['@prisma/client', '@x/y', 'b', 'express']);
  });

  it('reads what instrumentations patch, and survives those that hide it', () => {
    const named = { _modules: [{ name: 'pg' }, { name: 'pg-pool' }, {}, null] };
    expect(patchedModules([named, {}, { _modules: 7 }])).toEqual(['pg', 'pg-pool']);
  });
});
