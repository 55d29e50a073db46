import type { Panel } from './model.ts';

/** What a page is about, across its full width. */
export const words = (markdown: string, height = 2): Panel => ({
  key: 'words',
  title: '',
  width: 24,
  height,
  visual: { kind: 'text', markdown },
});
