/** Generates a Prisma client outside the repository. Needs no network: the generator is WebAssembly. */
import { execFile } from 'node:child_process';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryDirectory } from './process.ts';

const SCHEMA = `
generator client {
  provider               = "prisma-client"
  output                 = "./client"
  runtime                = "nodejs"
  moduleFormat           = "esm"
  generatedFileExtension = "ts"
  importFileExtension    = "ts"
}
datasource db {
  provider = "postgresql"
}
model Item {
  id   Int    @id @default(autoincrement())
  name String
  @@map("items")
}
`;

export interface PrismaFiles {
  /** The file to import. */
  readonly client: string;
  remove(): void;
}

export async function generatePrismaClient(): Promise<PrismaFiles> {
  const directory = temporaryDirectory('prisma');
  const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
  symlinkSync(modules, join(directory, 'node_modules'));
  writeFileSync(join(directory, 'schema.prisma'), SCHEMA);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    await promisify(execFile)(
      process.execPath,
      [join(modules, 'prisma/build/index.js'), 'generate', '--schema', 'schema.prisma'],
      {
        cwd: directory,
        timeout: 60_000,
        // `generate` never runs the schema engine, yet downloads it unless one is named.
        env: {
          ...process.env,
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
          CHECKPOINT_DISABLE: '1',
          PRISMA_HIDE_UPDATE_MESSAGE: '1',
        },
      },
    );
  } catch (error) {
    remove();
    throw new Error(
      `prisma generate failed: ${(error as { stderr?: string }).stderr?.trim().split('\n')[0] ?? String(error)}`,
    );
  }
  return { client: join(directory, 'client/client.ts'), remove };
}
