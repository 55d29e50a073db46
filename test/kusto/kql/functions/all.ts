import { bagFunctions } from './bags.ts';
import { logicFunctions } from './logic.ts';
import { mathFunctions } from './math.ts';
import type { Functions } from './scalar.ts';
import { textFunctions } from './text.ts';
import { timeFunctions } from './time.ts';

/** Scalar functions that need nothing but their arguments. */
export const scalarFunctions: Functions = {
  ...logicFunctions,
  ...mathFunctions,
  ...textFunctions,
  ...timeFunctions,
  ...bagFunctions,
  todynamic: bagFunctions.parse_json!,
  parsejson: bagFunctions.parse_json!,
};
