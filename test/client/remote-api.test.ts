import { testAccessApi } from '../contract/access-api.ts';
import { servedHome } from '../kit/served-home.ts';

testAccessApi('through a server', async (t) => (await servedHome(t)).root.api);
