/** Every picture that is made from what a command prints, by its file. */
import { topSvg } from './top.ts';

export const pictures: Readonly<Record<string, () => string>> = {
  'docs/images/top.svg': topSvg,
};
