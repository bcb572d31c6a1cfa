import { testAccessApi } from '../contract/access-api.ts';
import { testStrongroomApi } from '../contract/strongroom-api.ts';
import { temporaryHome } from '../kit/temporary-home.ts';

testStrongroomApi('on a local home', async (t) => (await temporaryHome(t)).strongroom.api);
testAccessApi('on a local home', async (t) => (await temporaryHome(t)).strongroom.api);
