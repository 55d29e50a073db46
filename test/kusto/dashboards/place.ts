import type { Place } from '../../../src/dashboards/index.ts';
import { kustoNames } from '../../../src/kusto/names.ts';
import { schemaObjects } from '../../../src/kusto/schema/objects.ts';
import { reportFunctions } from '../../../src/reports/kql/functions.ts';
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
