import { expect, test } from 'vitest';
import { mendInstrumentations } from '../../../src/otel/setup/mend-imports.ts';

// biome-ignore lint/suspicious/noExplicitAny: modules of any shape.
type Any = any;

/** What the loader hook hands to an instrumentation: a proxy whose names can be set. */
function namespaceOf(names: object): Any {
  const target = Object.assign(Object.create(null, { [Symbol.toStringTag]: { value: 'Module' } }), names);
  return new Proxy(target, {});
}

const commonJs = (library: Any, names: readonly string[] = Object.keys(library)): Any =>
  namespaceOf({
    ...Object.fromEntries(names.map((name) => [name, library[name]])),
    default: library,
    'module.exports': library,
  });

function mended(patch: (exports: Any) => Any, unpatch?: (exports: Any) => void) {
  const said: string[] = [];
  const definition = { name: 'library', patch, unpatch, files: [] };
  const one = { instrumentationName: 'i-library', _modules: [definition] };
  mendInstrumentations([[one]], (message) => said.push(message));
  mendInstrumentations([one], (message) => said.push(message));
  return { definition, said };
}

test('an import of CommonJS is patched as a require is: default and names alike', () => {
  const query = () => 'plain';
  const library = { query, other: 1 };
  const namespace = commonJs(library);
  const { definition } = mended((exports) => {
    exports.query = () => 'patched';
    return exports;
  });
  expect(definition.patch(namespace)).toBe(namespace);
  expect(namespace.default).toBe(library);
  expect(library.query()).toBe('patched');
  expect(namespace.query).toBe(library.query);
});

test('a patch that puts another function in the place gets the function, not the copy of its names', () => {
  const library = Object.assign(() => 'plain', { sync: () => {} });
  const namespace = commonJs(library);
  const { definition } = mended((exports) => () => `patched ${exports()}`);
  definition.patch(namespace);
  expect(namespace.default()).toBe('patched plain');
  expect(namespace['module.exports']).toBe(namespace.default);
  expect(namespace.sync).toBe(library.sync);
});

test('imported and required it is patched once, and again after it was switched off', () => {
  const library = { calls: () => 0 };
  let patches = 0;
  const { definition } = mended(
    (exports) => {
      patches++;
      return exports;
    },
    (exports) => expect(exports).toBe(library),
  );
  definition.patch(commonJs(library));
  definition.patch(library);
  expect(patches).toBe(1);
  definition.unpatch!(commonJs(library));
  definition.patch(library);
  expect(patches).toBe(2);
});

test('an ES module is handed over as it is', () => {
  class Client {}
  const namespace = namespaceOf({ Client, default: class {} });
  const { definition } = mended((exports) => expect(exports).toBe(namespace));
  definition.patch(namespace);
});

test('names that are older than a patch by require follow it; getters are not read', () => {
  const plain = () => {};
  const patched = Object.assign(() => {}, { __original: plain });
  const library = Object.defineProperty({ read: patched } as Any, 'OLD', {
    get: () => expect.unreachable('warns of its deprecation'),
  });
  const namespace = namespaceOf({ read: plain, OLD: 4, default: library });
  mended((exports) => exports).definition.patch(namespace);
  expect(namespace.read).toBe(patched);
});

test('a patch that throws leaves the library as it is, and says so', () => {
  const library = { query: () => {} };
  const { definition, said } = mended(() => {
    throw new TypeError('no prototype');
  });
  expect(definition.patch(library)).toBe(library);
  const namespace = commonJs(library);
  expect(definition.patch(namespace)).toBe(namespace);
  expect(new Set(said)).toEqual(new Set(['i-library cannot patch library, whose calls are not seen: no prototype']));
});
