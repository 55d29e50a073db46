import { settle } from '../../config/settle.ts';
import type { KustoClient } from '../../kusto/client.ts';
import { clientOf } from './calls.ts';
import { connect } from './connect.ts';
import { type KustoOptions, kustoOptions } from './options.ts';
import { peerPlaces } from './peer.ts';

/**
 * A connection for queries and commands; the first of them opens it. Each call has its own deadline (`timeoutMs`, default 30,000).
 * Datetimes come cut to milliseconds, and whole numbers beyond 2^53 lose digits: JavaScript's numbers hold no more.
 * @throws AttributionError `ATTR_PEER_MISSING`, `ATTR_CONFIG_INVALID`; of a call, `RetryableError` for what a person or time can mend,
 * `PermanentError` for a text that the service will never take
 */
export async function openKusto(given: KustoOptions): Promise<KustoClient> {
  const options = settle(kustoOptions, given);
  return clientOf(await connect(options, peerPlaces(), (text) => process.emitWarning(text)), options);
}
