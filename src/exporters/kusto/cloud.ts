/**
 * Which of Microsoft's clouds a cluster belongs to. The SDK asks the cluster before its first request; here it is asked first and the SDK is
 * told, as its own question has no deadline, is put once by each of many first calls, and hides status and Retry-After of a failure.
 */
import type { CloudInfo } from 'azure-kusto-data';
import { DeadlineError } from './deadline.ts';
import { type Http, HttpError } from './http.ts';
import type { DataSdk } from './peer.ts';

export class Clouds {
  readonly #settings: DataSdk['CloudSettings'];
  readonly #http: Http;
  readonly #timeoutMs: number;
  readonly #asking = new Map<string, Promise<CloudInfo>>();

  constructor(data: DataSdk, http: Http, timeoutMs: number) {
    this.#settings = data.CloudSettings;
    this.#http = http;
    this.#timeoutMs = timeoutMs;
  }

  /** At once where it is known. @throws HttpError, or as the network does */
  async of(url: string): Promise<CloudInfo> {
    const known = this.#settings.getFromCache(url);
    if (known !== undefined) return known;
    let asking = this.#asking.get(url);
    if (asking === undefined) {
      asking = this.#ask(url).finally(() => this.#asking.delete(url));
      this.#asking.set(url, asking);
    }
    return asking;
  }

  async #ask(url: string): Promise<CloudInfo> {
    const answer = await this.#http({
      method: 'GET',
      url: this.#settings.getAuthMetadataEndpointFromClusterUri(url),
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(this.#timeoutMs),
    }).catch((error: Error) => {
      throw error.name === 'AbortError' ? new DeadlineError(this.#timeoutMs) : error;
    });
    // As for the SDK: a proxy without this address stands before a cluster of the public cloud.
    if (answer.status !== 200 && answer.status !== 404)
      throw new HttpError(answer, `${new URL(url).host} answered ${answer.status}`);
    this.#settings.writeToCache(url, answer.status === 200 ? cloudIn(answer.text) : undefined);
    return this.#settings.getFromCache(url);
  }
}

/** Undefined: the public cloud. */
function cloudIn(text: string): CloudInfo | undefined {
  try {
    return (JSON.parse(text) as { AzureAD?: CloudInfo }).AzureAD;
  } catch {
    return undefined;
  }
}
