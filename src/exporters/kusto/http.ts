/**
 * Requests that the SDK does not make, or not with a deadline. They go through the HTTP client that all of Azure's packages are built on: it
 * comes with the SDK, and knows the proxy that the environment names.
 */
import { isLoopback } from './address.ts';

interface Headers {
  get(name: string): string | undefined;
  toJSON(): Record<string, string>;
}

interface PipelineResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly bodyAsText?: string | null | undefined;
}

/** What is used of `@azure/core-rest-pipeline`. */
export interface RestPipeline {
  createDefaultHttpClient(): unknown;
  createEmptyPipeline(): {
    addPolicy(policy: unknown): void;
    sendRequest(client: unknown, request: unknown): Promise<PipelineResponse>;
  };
  createHttpHeaders(headers: Readonly<Record<string, string>>): unknown;
  createPipelineRequest(options: object): unknown;
  proxyPolicy(): unknown;
}

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** One request, one answer: no retries, no redirects. Rejects without an answer only, with an `AbortError` where `signal` aborted. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

export function httpOf(azure: RestPipeline): Http {
  const client = azure.createDefaultHttpClient();
  const pipeline = azure.createEmptyPipeline();
  pipeline.addPolicy(azure.proxyPolicy());
  return async ({ method, url, headers = {}, body, signal }) => {
    const request = azure.createPipelineRequest({
      method,
      url,
      headers: azure.createHttpHeaders(headers),
      ...(body !== undefined && { body }),
      abortSignal: signal,
      // Keys and tokens travel: in plain text on this computer only.
      allowInsecureConnection: isLoopback(new URL(url).hostname),
    });
    const answer = await pipeline.sendRequest(client, request);
    return { status: answer.status, headers: answer.headers.toJSON(), text: answer.bodyAsText ?? '' };
  };
}

/** An answer that is a refusal; `factsOf` reads it. */
export class HttpError extends Error {
  readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
  readonly code: string | undefined;

  constructor({ status, headers }: HttpAnswer, message: string, code?: string) {
    super(message);
    this.response = { status, headers };
    this.code = code;
  }
}
