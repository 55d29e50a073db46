/** Stored functions. Bodies are kept as written; they are checked when they are called, as with `skipvalidation`. */
import type { FakeFunction } from '../database.ts';
import { entityExists, entityNotFound } from '../service-error.ts';
import { type Command, type CommandContext, result } from './context.ts';

const COLUMNS = 'Name:string, Parameters:string, Body:string, Folder:string, DocString:string';

export function createFunction(mode: 'create' | 'create-or-alter' | 'alter'): Command {
  return (scanner, { database }) => {
    const ifNotExists = mode === 'create' && scanner.try('ifnotexists');
    const properties = scanner.properties();
    const name = scanner.name();
    const parameters = scanner.brackets('(');
    const body = scanner.brackets('{');
    scanner.end();
    const present = database.functions.get(name);
    if (mode === 'alter' && present === undefined) throw entityNotFound('Function', name);
    if (mode === 'create' && present !== undefined) {
      if (!ifNotExists) throw entityExists('Function', name);
      return result(COLUMNS, [rowOf(present)]);
    }
    const fn: FakeFunction = {
      name,
      parameters,
      body,
      folder: properties.get('folder') ?? '',
      docString: properties.get('docstring') ?? '',
    };
    database.functions.set(name, fn);
    return result(COLUMNS, [rowOf(fn)]);
  };
}

export const dropFunction: Command = (scanner, { database }) => {
  const name = scanner.name();
  const ifExists = scanner.try('ifexists');
  scanner.end();
  if (!database.functions.delete(name) && !ifExists) throw entityNotFound('Function', name);
  return result('Name:string', [[name]]);
};

export const showFunctions: Command = (scanner, { database }) => {
  scanner.end();
  return result(COLUMNS, Array.from(database.functions.values(), rowOf));
};

export const showFunction: Command = (scanner, context) => {
  const name = scanner.name();
  scanner.end();
  return result(COLUMNS, [rowOf(functionOf(name, context))]);
};

function functionOf(name: string, { database }: CommandContext): FakeFunction {
  const fn = database.functions.get(name);
  if (fn === undefined) throw entityNotFound('Function', name);
  return fn;
}

const rowOf = ({ name, parameters, body, folder, docString }: FakeFunction) => [
  name,
  parameters,
  body,
  folder,
  docString,
];
