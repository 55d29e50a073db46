/** Which Kusto database a command talks to: flags, else variables, else the configuration file. */
import type { ConnectionFlags } from '../../stores/kusto/flags.ts';
import { kustoOptionsOf, placeOf } from '../../stores/kusto/options.ts';
import { exporterOptions } from '../configured.ts';

export const kustoOptions = (flags: ConnectionFlags) => kustoOptionsOf(flags, process.env, exporterOptions);

export const kustoPlace = (flags: ConnectionFlags) => placeOf(flags, process.env, exporterOptions);
