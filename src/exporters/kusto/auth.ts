/**
 * Tokens for the database. Every kind of authentication becomes one credential with a cache in front: the SDK asks for a token with each
 * request, and the credential of the Azure CLI starts a process each time.
 */
import type { KustoAuth } from './options.ts';

export interface AccessToken {
  readonly token: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresOnTimestamp: number;
  readonly refreshAfterTimestamp?: number;
}

export interface Credential {
  getToken(scopes: string | string[], options?: object): Promise<AccessToken | null>;
}

interface IdentityOptions {
  readonly authorityHost?: string;
}

/** What is used of `@azure/identity`. */
export interface Identity {
  readonly DefaultAzureCredential: new (options?: IdentityOptions) => Credential;
  readonly AzureCliCredential: new () => Credential;
  readonly ManagedIdentityCredential: new (options?: { readonly clientId: string }) => Credential;
  readonly WorkloadIdentityCredential: new (options?: IdentityOptions) => Credential;
  readonly ClientSecretCredential: new (
    tenantId: string,
    clientId: string,
    secret: string,
    options?: IdentityOptions,
  ) => Credential;
  readonly ClientCertificateCredential: new (
    tenantId: string,
    clientId: string,
    path: string,
    options?: IdentityOptions,
  ) => Credential;
}

/** Authentication that goes through `@azure/identity`. */
export type IdentityAuth = Exclude<KustoAuth, 'none' | { readonly token: unknown }>;

const PUBLIC_CLOUD = 'https://login.microsoftonline.com';

/** `loginEndpoint`: what the cluster names as its cloud's; the SDK has checked by then that it and the cluster belong together. */
export function credentialOf(auth: IdentityAuth, identity: Identity, loginEndpoint = PUBLIC_CLOUD): Credential {
  const options = loginEndpoint === PUBLIC_CLOUD ? undefined : { authorityHost: loginEndpoint };
  if (auth === 'default') return new identity.DefaultAzureCredential(options);
  if (auth === 'az-cli') return new identity.AzureCliCredential();
  if (auth === 'managed-identity') return new identity.ManagedIdentityCredential();
  if (auth === 'workload-identity') return new identity.WorkloadIdentityCredential(options);
  if ('managedIdentity' in auth)
    return new identity.ManagedIdentityCredential({ clientId: auth.managedIdentity.clientId });
  if ('appKey' in auth) {
    const { tenantId, clientId, clientSecret } = auth.appKey;
    return new identity.ClientSecretCredential(tenantId, clientId, clientSecret, options);
  }
  const { tenantId, clientId, path } = auth.certificate;
  return new identity.ClientCertificateCredential(tenantId, clientId, path, options);
}

/** A token is renewed this long before it ends. */
const RENEW_BEFORE_MS = 5 * 60_000;

/** Asks once for many, and again only when the token is about to end or the service has refused it. */
export class CachedCredential implements Credential {
  readonly #make: () => Promise<Credential>;
  readonly #now: () => number;
  #credential: Promise<Credential> | undefined;
  #pending: Promise<AccessToken | null> | undefined;
  #token: AccessToken | undefined;

  constructor(make: () => Promise<Credential>, now: () => number = Date.now) {
    this.#make = make;
    this.#now = now;
  }

  async getToken(scopes: string | string[], options?: object): Promise<AccessToken | null> {
    const token = this.#token;
    if (token !== undefined) {
      const until = token.refreshAfterTimestamp ?? token.expiresOnTimestamp - RENEW_BEFORE_MS;
      if (this.#now() < until) return token;
    }
    this.#pending ??= this.#ask(scopes, options).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** The last one that was given. */
  get token(): string | undefined {
    return this.#token?.token;
  }

  /** The service refused the token (401): the next one is a new one. */
  forget(): void {
    this.#token = undefined;
  }

  async #ask(scopes: string | string[], options?: object): Promise<AccessToken | null> {
    this.#credential ??= this.#make().catch((error: unknown) => {
      this.#credential = undefined;
      throw error;
    });
    const token = await (await this.#credential).getToken(scopes, options);
    this.#token = token ?? undefined;
    return token;
  }
}
