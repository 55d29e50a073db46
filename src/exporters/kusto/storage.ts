/** What is used of the storage clients, and the errors that they give. */

interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

interface ClientOptions {
  readonly retryOptions: { readonly maxTries: number };
}

export interface Storage {
  readonly ContainerClient: new (
    url: string,
    credential?: undefined,
    options?: ClientOptions,
  ) => {
    readonly accountName: string;
    getBlockBlobClient(name: string): {
      readonly url: string;
      uploadData(data: Buffer, options?: CallOptions): Promise<unknown>;
    };
  };
  readonly QueueClient: new (
    url: string,
    credential?: undefined,
    options?: ClientOptions,
  ) => {
    readonly accountName: string;
    sendMessage(text: string, options?: CallOptions): Promise<unknown>;
  };
}
