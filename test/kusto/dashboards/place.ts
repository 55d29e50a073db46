import type { Place } from '../../../src/dashboards/index.ts';
import { kustoNames } from '../../../src/kusto/names.ts';
import { schemaObjects } from '../../../src/stores/kusto/schema/objects.ts';
import { reportFunctions } from '../../helpers/reports.ts';
import type { AnalyserDatabase } from '../kql/index.ts';
import { schemaDatabase } from '../schema/apply.ts';

/** That of the checked-in files. */
export const place: Place = {
  cluster: 'https://<cluster>.<region>.kusto.windows.net',
  database: 'attribution',
  table: 'Attribution',
  title: 'Who loads what',
};

const names = kustoNames(place.table);

export const functions = reportFunctions(names);

/** What the schema makes of a database. */
export const database = schemaDatabase(names, schemaObjects(names, { functions, package: '0.0.0-test' }));

/** The same, but that functions only have the shape of their answer: much quicker to analyse against. */
export const outlines: AnalyserDatabase = {
  ...database,
  functions: database.functions.map((fn) => {
    const columns = functions.find(({ name }) => name === fn.name)?.columns;
    const shape = columns?.map(({ name, type }) => `['${name}']:${type}`).join(', ');
    return shape === undefined ? fn : { ...fn, body: `{ datatable(${shape})[] }` };
  }),
};
