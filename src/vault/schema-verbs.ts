import { type Caller, formatVersionRef, type SchemaPlace, type SchemasApi } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import { onModel } from './act.ts';
import type { Gate } from './gate.ts';
import type { InputSchemas } from './input-schemas.ts';

export interface SchemaVerbsDeps {
  readonly gate: Gate;
  readonly registry: Pick<Registry, 'getModel' | 'getAnyVersion'>;
  readonly schemas: Pick<InputSchemas, 'find' | 'set' | 'remove'>;
}

/** The verbs on what operators say of models' inputs. */
export function schemaVerbs({ gate, registry, schemas }: SchemaVerbsDeps, caller: Caller): SchemasApi {
  return {
    get: (place) =>
      gate.pass(caller, onModel('model:read', place), async () => {
        await assertThere(registry, place);
        return (await schemas.find(place)) ?? missing(place);
      }),
    set: ({ schema, ...place }) =>
      gate.pass(caller, onModel('model:configure', place), async () => {
        await assertThere(registry, place);
        return await schemas.set(place, schema);
      }),
    remove: (place) =>
      gate.pass(caller, onModel('model:configure', place), async () => {
        const known = await schemas.find(place);
        if (known === undefined || known.version !== place.version) missing(place);
        await schemas.remove(place);
      }),
  };
}

/** A version that is held back has a schema as well: it is looked at before it is let out. */
async function assertThere(registry: SchemaVerbsDeps['registry'], place: SchemaPlace): Promise<void> {
  if (place.version === undefined) await registry.getModel(place.model);
  else await registry.getAnyVersion(place);
}

function missing(place: SchemaPlace): never {
  throw new StrongroomError('SCHEMA_MISSING', `there is no schema of ${formatVersionRef(place)}`);
}
