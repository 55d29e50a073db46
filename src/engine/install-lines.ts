export { forManagerOf } from '../config/package-manager.ts';
