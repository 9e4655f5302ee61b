export { Repeating, type Turns } from './repeating';
