import { dictionary } from '../../language';
import en from './en.json';
import ja from './ja.json';

export const say = dictionary(en, ja);
