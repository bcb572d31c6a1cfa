export { type DefenceSettings, defenceSection } from './defence-settings.ts';
export { editToml, type SettingPlace } from './edit-toml.ts';
export {
  type IntrusionSettings,
  intrusionSection,
  type RateSettings,
  ratesSection,
} from './guard-settings.ts';
export { logSection } from './log-settings.ts';
export { type OidcProviderSettings, oidcProviderSettings } from './oidc-settings.ts';
export {
  type PredictionSettings,
  predictionsSection,
  type ServedModelSettings,
  servedModelSettings,
} from './prediction-settings.ts';
export { readSecret, type SecretReading } from './read-secret.ts';
export { type SettingKeys, sealSetting } from './seal-setting.ts';
export { describeSecretSource, parseSecretSource, type SecretSource } from './secret-source.ts';
export { type ServerSettings, serverSection } from './server-settings.ts';
export { settings, wholeNumber } from './setting-meta.ts';
export { tracesSection } from './trace-settings.ts';
