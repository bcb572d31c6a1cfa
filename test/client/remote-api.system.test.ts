import { testStrongroomApi } from '../contract/strongroom-api.ts';
import { personWith, servedHome } from '../kit/served-home.ts';

testStrongroomApi('through a server', async (t) => {
  const served = await servedHome(t);
  const second = () => personWith(t, served, { name: 'eve', role: 'admin' });
  return { ...served.root.api, second };
});
