/** Every exporter and every receiver there is to choose from: a folder with its `config.ts`, and a line here. */
import type { AnyComponent } from '../config/component.ts';
import type { Receiver } from '../core/contracts/receiver.ts';
import { consoleConfig } from '../exporters/console/config.ts';
import { fileConfig } from '../exporters/file/config.ts';
import { kustoConfig } from '../exporters/kusto/config.ts';
import { memoryConfig } from '../exporters/memory/config.ts';
import { otlpConfig } from '../exporters/otlp/config.ts';

/** In the order in which messages and tables list them. */
export const exporters = [fileConfig, consoleConfig, memoryConfig, otlpConfig, kustoConfig] as const;

export const receivers: readonly AnyComponent<Receiver, never>[] = [];
