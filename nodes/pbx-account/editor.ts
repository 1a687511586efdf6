import { providerById } from '../shared/editor';
import { closeAccountForm, openAccountForm, saveAccountForm } from './form.editor';
import { providerField, validLimit, validProvider } from './validate.editor';

interface AccountProperties {
  name: string;
  provider: string;
  country: string;
  dialAllow: string[];
  dialDeny: string[];
  dialLimit: string;
  tls: string;
  proxy: string;
  webhookPath: string;
  allowFrom: string[];
  version: number;
  seed: string;
  callsPerMinute: string;
  extensions: string;
  queues: string;
  names: string;
  answerRatio: string;
  speed: string;
  host: string;
  port: string;
  technology: string;
  context: string;
  smsVia: string;
  agiPort: string;
  url: string;
  restUrl: string;
  smsUrl: string;
  smsIdentity: string;
  smsExtension: string;
  profile: string;
  dialect: string;
  defaultUser: string;
  silentSeconds: string;
}

interface AccountCredentials {
  username: string;
  password: string;
  smsUsername: string;
  smsPassword: string;
  apiKey: string;
  apiSalt: string;
  token: string;
  crmToken: string;
  secret: string;
  login: string;
  login2: string;
  sha1: string;
}

RED.nodes.registerType<AccountProperties, AccountCredentials>('pbx-account', {
  category: 'config',
  defaults: {
    name: { value: '' },
    provider: {
      value: '',
      required: true,
      validate(value, _opt) {
        return validProvider(this, value);
      },
    },
    country: { value: '' },
    dialAllow: { value: [] },
    dialDeny: { value: [] },
    dialLimit: {
      value: '30',
      validate(value, _opt) {
        return validLimit(this, value);
      },
    },
    tls: { value: '', type: 'tls-config', required: false },
    proxy: { value: '', type: 'http proxy', required: false },
    webhookPath: { value: '' },
    allowFrom: { value: [] },
    version: { value: 1 },
    // The fields of all providers. What they are called, what is needed and what is valid says the provider's descriptor.
    seed: providerField('seed'),
    callsPerMinute: providerField('callsPerMinute'),
    extensions: providerField('extensions'),
    queues: providerField('queues'),
    names: providerField('names'),
    answerRatio: providerField('answerRatio'),
    speed: providerField('speed'),
    host: providerField('host'),
    port: providerField('port'),
    technology: providerField('technology'),
    context: providerField('context'),
    smsVia: providerField('smsVia'),
    agiPort: providerField('agiPort'),
    url: providerField('url'),
    restUrl: providerField('restUrl'),
    smsUrl: providerField('smsUrl'),
    smsIdentity: providerField('smsIdentity'),
    smsExtension: providerField('smsExtension'),
    profile: providerField('profile'),
    dialect: providerField('dialect'),
    defaultUser: providerField('defaultUser'),
    silentSeconds: providerField('silentSeconds'),
  },
  credentials: {
    username: { type: 'text' },
    password: { type: 'password' },
    smsUsername: { type: 'text' },
    smsPassword: { type: 'password' },
    apiKey: { type: 'password' },
    apiSalt: { type: 'password' },
    token: { type: 'password' },
    crmToken: { type: 'password' },
    secret: { type: 'password' },
    login: { type: 'text' },
    login2: { type: 'text' },
    sha1: { type: 'password' },
  },
  label() {
    return this.name || providerById(this.provider)?.label || this.provider || this._('account.palette');
  },
  oneditprepare() {
    openAccountForm(this);
  },
  oneditsave() {
    Object.assign(this, saveAccountForm());
    closeAccountForm();
  },
  oneditcancel() {
    closeAccountForm();
  },
  oneditdelete() {
    closeAccountForm();
  },
});
