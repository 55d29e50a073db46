import { expect, it } from 'vitest';
import { applicationRoles, grantOf, grantText, principalName, principalOf } from '../../../src/kusto/grants.ts';
import { permissionLines } from '../../../src/stores/kusto/schema/script.ts';
import { analyse } from '../kql/analyser.ts';
import { rolesOf } from '../service/principals.ts';

const place = { cluster: 'https://mybooks.westeurope.kusto.windows.net', database: 'attribution' };
const shop = { type: 'App', id: '11111111-1111-4111-8111-111111111111', tenant: 'contoso.com' } as const;
const empty = { tables: new Map(), functions: [] };
/** Of `az kusto database-principal-assignment create`, in its own words. */
const azRoles = ['Admin', 'Ingestor', 'Monitor', 'UnrestrictedViewers', 'User', 'Viewer'];

/** The analyser knows the database in which it is, and no other by name. */
function mistakes(command: string): string[] {
  const { known, diagnostics } = analyse(command, empty);
  expect(known).toBe(true);
  const start = '.add database '.length;
  return diagnostics.filter((one) => one.code !== 'KS142' || one.start !== start).map(({ message }) => message);
}

it.each([...applicationRoles, 'Admin'] as const)('%s is granted by az and by KQL', (role) => {
  const { az, kql } = grantOf(role, place, shop);
  expect(azRoles).toContain(/--role (\w+)$/.exec(az!)?.[1]);
  expect(az).toContain(
    '--cluster-name mybooks --database-name attribution --principal-assignment-name <any name> --principal-type App --principal-id 11111111-1111-4111-8111-111111111111 --tenant-id contoso.com',
  );
  expect(kql).toBe(
    `.add database ['attribution'] ${role.toLowerCase()}s ('aadapp=11111111-1111-4111-8111-111111111111;contoso.com')`,
  );
  expect(mistakes(kql)).toEqual([]);
});

it.each([
  'https://kvc5fd6yx3mqp8z8qebjzk.northeurope.kusto.windows.net',
  'https://trd-abc123.z0.kusto.fabric.microsoft.com',
  'https://trd-abc123.z0.kusto.data.microsoft.com:443',
  'https://mypool.myspace.kusto.azuresynapse.net',
])('%s is no resource that az kusto knows', (cluster) => {
  expect(grantOf('Monitor', { ...place, cluster }).az).toBeUndefined();
  expect(grantText('Monitor', { ...place, cluster })).toMatch(/^\.add database/);
  expect(permissionLines({ ...place, cluster }).join('\n')).not.toContain('az kusto');
});

it('names are quoted for whoever reads them', () => {
  const { az, kql } = grantOf('Viewer', { ...place, database: "Kim's books" });
  expect(az).toContain(`--database-name 'Kim'\\''s books'`);
  expect(kql).toContain("['Kim\\'s books']");
  expect(mistakes(kql)).toEqual([]);
});

it('a principal is read as the service writes it', () => {
  for (const name of ['aadapp=1-2;3', 'aaduser=kim@contoso.com', 'aadgroup=4;5'])
    expect(principalName(principalOf(name)!)).toBe(name);
  expect(principalOf('AadApp=1;2')).toEqual({ type: 'App', id: '1', tenant: '2' });
  for (const name of ['', 'somebody', "aadapp=1' or 1"]) expect(principalOf(name)).toBeUndefined();
});

it('the list of roles has the columns of the real one', () => {
  expect(rolesOf(undefined, 'D').columns.map(({ name, type }) => ({ name, type }))).toEqual(
    analyse('.show principal roles', empty).columns,
  );
});
